import { expect, test } from '@jest/globals';
import { inLanes } from '../support/lanes.ts';
import { apart, chainsOf, nameOf, plan } from './cells.ts';
import { play } from './play.ts';
import { ROWS, SILENT } from './rows.ts';

/** `TOLLGATE_MATRIX=whole`: every spelling in every situation, which takes minutes. */
const whole = process.env['TOLLGATE_MATRIX'] === 'whole';

const chains = [...apart(plan(SILENT, whole)), ...chainsOf(plan(ROWS, whole))];
const LANES = 14;
const played = inLanes(chains, LANES, play);

test.each(chains.map((chain, index) => [nameOf(chain), index] as const))(
  '%s',
  async (_name, index) => {
    await expect(played[index]).resolves.toBeUndefined();
  },
  200_000,
);
