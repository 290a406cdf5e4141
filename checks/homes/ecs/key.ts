/** key.ts FILE: writes the public key of the emulator's hourly product there. */
import { createPublicKey } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { TEST_KEY_HOURLY } from '../../../src/emulator/world/testKeys.ts';

const [file = ''] = process.argv.slice(2);
writeFileSync(file, createPublicKey(TEST_KEY_HOURLY).export({ type: 'spki', format: 'pem' }));
