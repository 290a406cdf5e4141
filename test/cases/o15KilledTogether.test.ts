import { expect, test } from '@jest/globals';
import { newSeed } from '../wire/support/random.ts';
import { killTogetherOverAndOver } from './support/killedTogether.ts';

/** checks/containers kills fifty times. */
const KILLS = 4;

test.concurrent.each([newSeed(), newSeed()])(
  'O15 wrapper and product killed in one instant: billed is what was acknowledged, in one record (TOLLGATE_SEED=%i)',
  async (seed) => {
    const seen = await killTogetherOverAndOver(KILLS, seed);
    expect({ seed, ...seen }).toEqual({
      seed,
      acknowledged: seen.billed,
      billed: seen.acknowledged,
      sentBeforeTheEnd: 0,
      bodies: 1,
      restarts: KILLS,
      told: KILLS,
      code: 0,
    });
    expect(seen.billed).toBeGreaterThan(0);
  },
);
