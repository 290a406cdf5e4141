import { HOUR } from '../agent/core/time/hour.ts';
import { makeEmulator } from '../emulator/emulator.ts';
import { DEFAULT_WORLD } from '../emulator/world/defaultWorld.ts';
import { fromEnvironment, makeFastClock } from './fastTime.ts';
import { endWithParent } from './parent.ts';

endWithParent();

/** At the demo's speed the way from one process to the next takes seconds: AWS's five minutes are half a second here. */
const world = { ...DEFAULT_WORLD, settings: { ...DEFAULT_WORLD.settings, clockSkew: HOUR } };

const emulator = makeEmulator({ world, clock: makeFastClock(fromEnvironment(process.env)).wall });
process.stdout.write(`${await emulator.start()}\n`);

process.once('SIGTERM', () => void emulator.stop());
