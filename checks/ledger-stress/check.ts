import { startEmulator } from '../../test/support/emulated.ts';
import { playAll, type Scenario } from '../moved-clock/scenario.ts';
import { FULL } from './scenarios/full.ts';
import { GONE } from './scenarios/gone.ts';
import { READ_ONLY } from './scenarios/readOnly.ts';
import { SYNCS } from './scenarios/syncs.ts';
import { WAL } from './scenarios/wal.ts';
import { type Play, startWorld } from './world.ts';

const words = process.argv.slice(2);
const chosen = [...SYNCS, ...FULL, ...READ_ONLY, ...GONE, ...WAL].filter(({ name }) =>
  words.every((word) => name.includes(word)),
);

const emulator = await startEmulator();
const played = ({ name, play, ...more }: Play): Scenario => ({
  name,
  play: async () => {
    await using world = await startWorld(emulator, more);
    await play(world);
    console.log(`# ${await world.reckon()}`);
  },
});

try {
  process.exitCode = chosen.length === 0 || (await playAll(chosen.map(played))) > 0 ? 1 : 0;
} finally {
  emulator.stop();
}
