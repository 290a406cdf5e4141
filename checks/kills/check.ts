import { newSeed } from '../../test/wire/support/random.ts';
import { playAll, type Scenario } from '../moved-clock/scenario.ts';
import { killOverAndOver } from './kills.ts';

/** `run.sh [KILLS]`: how many in all. */
const kills = Number(process.argv[2] ?? 300);
const SLICES = 6;

const slices: readonly Scenario[] = Array.from({ length: SLICES }, (_, slice) => {
  const count = Math.ceil((kills - slice) / SLICES);
  const seed = newSeed();
  return {
    name: `${count} kills under load: billed and what the ledger holds is what was acknowledged (TOLLGATE_SEED=${seed})`,
    play: async () => console.log(`# ${await killOverAndOver(count, seed)}`),
  };
});

process.exitCode = (await playAll(slices)) > 0 ? 1 : 0;
