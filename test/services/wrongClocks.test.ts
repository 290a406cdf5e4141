import { expect, test } from '@jest/globals';
import { HOUR } from '../../src/agent/core/time/hour.ts';
import { startWorld } from '../support/tollWorld.ts';

test('a wall that is a day ahead for two minutes forgets no id', async () => {
  const world = await startWorld({ now: '2026-03-01T10:10Z' });
  await world.report('requests', 40, { id: 'a' });
  world.jumpWall(25 * HOUR);
  await world.wait(120_000);
  world.jumpWall(-25 * HOUR);
  expect(await world.report('requests', 40, { id: 'a' })).toMatchObject({ accepted: 0, duplicates: 1 });
});

test('usage of a minute in which the wall was a month ahead is billed with its own hour', async () => {
  const world = await startWorld({ now: '2026-03-01T10:10Z' });
  world.jumpWall(30 * 24 * HOUR);
  await world.report('requests', 42);
  world.jumpWall(-30 * 24 * HOUR);
  await world.advanceTo('11:20');
  expect(world.aws.bill('requests')).toEqual({ '10': '42' });
});

test('a wall three hours ahead at the start: once AWS is heard, usage comes back to the hour it is', async () => {
  const world = await startWorld({ now: '2026-03-01T10:10Z', awsBehind: 3 * HOUR });
  await world.report('requests', 42);
  // By the wall 13:20 has come; by AWS it is 10:20, and hour 07 has been over for long.
  await world.wait(80 * 60_000);
  expect(Object.values(world.aws.bill('requests'))).toEqual(['42']);
});

test('a report for the next hour, by a wall a little ahead, goes out with the last flush', async () => {
  const world = await startWorld({ now: '2026-03-01T10:57Z' });
  await world.report('requests', 4, { at: Date.parse('2026-03-01T11:00:30Z'), dated: true });
  await world.flush();
  expect(world.aws.bill('requests')).toEqual({ '10': '4' });
});

test('a wall far ahead during an unsent call expires no hour', async () => {
  const world = await startWorld({ now: '2026-03-01T10:10Z' });
  await world.report('requests', 42);
  world.aws.always(() => {
    world.jumpWall(12 * HOUR);
    return { kind: 'unsent' };
  });
  await world.wait(80 * 60_000);
  world.aws.always(undefined);
  await world.wait(60 * 60_000);
  expect(world.aws.bill('requests')).toEqual({ '10': '42' });
});

test('an id that came before AWS was ever heard, by a wall two days behind, is known later all the same', async () => {
  const world = await startWorld({ now: '2026-03-01T10:10Z', awsBehind: -50 * HOUR, silentAws: true });
  await world.report('requests', 40, { id: 'a' });
  world.aws.setSilent(false);
  await world.wait(10 * 60_000);
  expect(await world.report('requests', 40, { id: 'a' })).toMatchObject({ accepted: 0, duplicates: 1 });
});

test('a machine that sleeps in the pause between two calls sends nothing by the time that it had before', async () => {
  const world = await startWorld({ now: '2026-03-01T10:10Z' });
  await world.report('requests', 40);
  await world.report('users', 4);
  let woken = 0;
  world.aws.always(({ dimension }) => {
    if (dimension !== 'requests' || woken > 0) return undefined;
    woken += 1;
    // After the answer, in the second before the other dimension's turn.
    void world.scheduler.sleep(500).then(() => {
      world.aws.setSilent(true);
      world.jumpWall(2 * HOUR);
    });
    return undefined;
  });
  await world.advanceTo('11:30');
  expect([world.aws.bodies('requests').length, world.aws.bodies('users').length]).toEqual([1, 0]);
  world.aws.setSilent(false);
  await world.wait(5 * 60_000);
  expect(world.aws.bill('users')).toEqual({ '10': '4' });
});

test('throttled up to five minutes before the edge: every record still goes out under its own hour', async () => {
  const world = await startWorld({ now: '2026-03-01T10:10Z' });
  await world.report('requests', 40);
  await world.report('users', 4);
  world.aws.always(() => ({ kind: 'refusal', name: 'ThrottlingException' }));
  await world.advanceTo('15:45');
  world.aws.always(undefined);
  await world.advanceTo('15:55');
  expect([world.aws.bill('requests'), world.aws.bill('users')]).toEqual([{ '10': '40' }, { '10': '4' }]);
});
