import assert from 'node:assert/strict';
import { pause } from '../../../test/wire/support/program.ts';
import type { Play, World } from '../world.ts';

const post = async ({ service }: World, id: string): Promise<{ readonly status: number; readonly text: string }> => {
  const answer = await service.report({ dimension: 'requests', quantity: 0, id });
  return { status: answer.status, text: await answer.text() };
};

export const SYNCS: readonly Play[] = [
  {
    name: 'syncs that fail: nothing is acknowledged, not even by a repetition, until the disk is well again',
    play: async (world) => {
      const { faults, begin, goesOn } = world;
      const { child, stderr } = await begin({ before: faults.before });
      await goesOn();
      faults.failSyncs(child.pid, 1);
      await world.isShut();
      const before = world.acknowledged();
      // Beyond the rest after which the file is opened again, and again.
      const until = performance.now() + 5_000;
      while (performance.now() < until) {
        const { status, text } = await post(world, 'again and again');
        assert.equal(status, 503, text);
        await pause(100);
      }
      assert.equal(await world.metric('ledger_trouble'), 1);
      assert.equal(world.acknowledged(), before);
      faults.heal(child.pid);
      await goesOn();
      assert.equal(await world.metric('ledger_trouble'), 0);
      assert.match(stderr(), /ledger works again/);
    },
  },
  {
    name: 'every third sync fails, and the program is killed in it',
    play: async ({ faults, begin, goesOn, kill, program }) => {
      for (let life = 0; life < 2; life += 1) {
        await begin({ before: faults.before });
        faults.failSyncs(program().child.pid, 0.3);
        await goesOn(5);
        await pause(2_500);
        await kill();
      }
      await begin();
      await goesOn();
    },
  },
];
