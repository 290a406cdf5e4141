import { randomBytes } from 'node:crypto';
import type { Random } from '../../ports.ts';

/** 48 bits fit a double exactly, so that every fraction is as likely as any other. */
const BYTES = 6;

/** Randomness that nobody can guess, for nonces and tokens as well as for jitter. */
export const makeRandom = (): Random => ({
  bytes: (count) => new Uint8Array(randomBytes(count)),
  fraction: () => randomBytes(BYTES).readUIntBE(0, BYTES) / 2 ** (8 * BYTES),
});
