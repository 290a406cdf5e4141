import assert from 'node:assert/strict';
import { killTogetherOverAndOver } from '../../../test/cases/support/killedTogether.ts';
import { newSeed } from '../../../test/wire/support/random.ts';
import type { Scenario } from '../../moved-clock/scenario.ts';

const KILLS = 25;

const play = async (): Promise<void> => {
  const seed = newSeed();
  const seen = await killTogetherOverAndOver(KILLS, seed);
  const { billed } = seen;
  const wanted = {
    acknowledged: billed,
    billed,
    sentBeforeTheEnd: 0,
    bodies: 1,
    restarts: KILLS,
    told: KILLS,
    code: 0,
  };
  assert.deepEqual({ seed, ...seen }, { seed, ...wanted });
  assert.ok(billed > 0);
};

export const KILLED: readonly Scenario[] = ['first', 'second'].map((half) => ({
  name: `O15 wrapper and product killed as one ${KILLS} times (the ${half} half of fifty): billed is what was acknowledged`,
  play,
}));
