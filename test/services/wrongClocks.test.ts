import { describe, expect, test } from '@jest/globals';
import type { Dimension } from '../../src/agent/core/configuration/config.ts';
import { HOUR, hourOf, MINUTE } from '../../src/agent/core/time/hour.ts';
import { startWorld, sumOf } from '../support/tollWorld.ts';

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

/** Each meter's number of two reports, 4 and then 7, a quarter of an hour apart and half an hour before the hour's end. */
const METERS: readonly (readonly [Dimension['meter'], string])[] = [
  ['sum', '11'],
  ['counter', '3'],
  ['max', '7'],
  ['average', '4.5'],
  ['last', '7'],
  ['unique', '2'],
];

describe.each([3, 50])('a ledger that is opened by a wall %s hours behind, before AWS is heard', (behind) => {
  const BORN = Date.parse('2026-03-01T10:00:00Z');

  const setUp = async (meter: Dimension['meter']) => {
    const adds = meter === 'sum' || meter === 'counter';
    const requests = sumOf('requests', { meter, decimals: 2, ...(adds ? {} : { scope: 'pod' }) });
    const world = await startWorld({
      now: new Date(BORN - behind * HOUR).toISOString(),
      dimensions: [requests],
      awsBehind: -behind * HOUR,
      silentAws: true,
    });
    const report = async (value: number) => {
      if (meter !== 'unique') return world.report('requests', value, { source: 'one' });
      return world.report('requests', 1, { source: `thing-${value}` });
    };
    return { world, report };
  };
  type World = Awaited<ReturnType<typeof setUp>>['world'];

  const sentBefore = (world: World): readonly string[] =>
    Array.from({ length: behind + 1 }, (_, ago) => world.aws.bodies('requests', hourOf(BORN) - 1 - ago)).flat();
  const lastsUntilNoon = async ({ wait }: World): Promise<void> => wait(2 * HOUR);

  test.each(METERS)('%s: what was counted until then is of the first hour', async (meter, bill) => {
    const { world, report } = await setUp(meter);
    await report(4);
    await world.wait(15 * MINUTE);
    await report(7);
    await world.wait(15 * MINUTE);
    world.aws.setSilent(false);
    await world.wait(15 * MINUTE);
    if (meter === 'average') await report(0);
    await lastsUntilNoon(world);
    expect(world.aws.bill('requests')).toEqual({ '10': bill });
    expect(sentBefore(world)).toEqual([]);
    expect(world.check().findings).toEqual([]);
  });

  test.each(METERS)('%s: so it is in the last flush, where AWS is heard for the first time', async (meter, bill) => {
    const { world, report } = await setUp(meter);
    await report(4);
    await world.wait(15 * MINUTE);
    await report(7);
    await world.wait(30 * MINUTE);
    world.agent.ticks.stop();
    world.aws.setSilent(false);
    await world.flush();
    const [[hour, quantity] = []] = Object.entries(world.aws.bill('requests'));
    expect(hour).toBe('10');
    expect(Number(quantity)).toBeCloseTo(Number(bill), 1);
    expect(sentBefore(world)).toEqual([]);
    expect(world.check().findings).toEqual([]);
  });

  test('the wall is put right in between: nothing goes out under an hour before the first', async () => {
    const { world, report } = await setUp('sum');
    await report(4);
    await world.wait(5 * MINUTE);
    world.jumpWall(behind * HOUR);
    await report(7);
    world.aws.setSilent(false);
    await world.wait(3 * HOUR);
    expect(world.aws.bill('requests')).toEqual({ '10': '11' });
    expect(sentBefore(world)).toEqual([]);
  });

  test('a process that never heard AWS leaves it to the next one, and a third one changes nothing any more', async () => {
    const { world, report } = await setUp('sum');
    await report(4);
    await world.wait(90 * MINUTE);
    await world.crash();
    await report(7);
    world.aws.setSilent(false);
    await world.wait(15 * MINUTE);
    await world.crash();
    await world.wait(3 * HOUR);
    expect(world.aws.bill('requests')).toEqual({ '11': '11' });
    expect(sentBefore(world)).toEqual([]);
  });

  test('a counter that began before the resource, by the clock that is right, does not count whole', async () => {
    const { world } = await setUp('counter');
    await world.wait(5 * MINUTE);
    world.jumpWall(behind * HOUR);
    world.aws.setSilent(false);
    await world.wait(5 * MINUTE);
    const start = BORN - 20 * MINUTE;
    expect(await world.report('requests', 1000, { source: 'one', start })).toMatchObject({
      uncounted: [{ index: 0, why: 'first' }],
    });
    expect(await world.report('requests', 7, { source: 'two', start: BORN + 6 * MINUTE })).not.toHaveProperty(
      'uncounted',
    );
  });
});

test('who was seen before AWS was heard, by hours that were none, is seen once in the first one', async () => {
  const dimensions = [sumOf('requests', { meter: 'unique', scope: 'pod', within: 'hour' })];
  const now = '2026-03-01T06:50:00Z';
  const world = await startWorld({ now, dimensions, awsBehind: -3 * HOUR, silentAws: true });
  const see = (source: string) => world.report('requests', 1, { source });
  await see('ada');
  await see('eve');
  await world.wait(5 * MINUTE);
  world.jumpWall(3 * HOUR);
  await see('ada');
  await see('bob');
  world.aws.setSilent(false);
  await world.wait(2 * MINUTE);
  await see('eve');
  await world.wait(2 * HOUR);
  expect(world.aws.bill('requests')).toEqual({ '9': '3' });
});

test('AWS that could not be heard moments ago is asked again by the last flush', async () => {
  const world = await startWorld({ now: '2026-03-01T10:10Z', silentAws: true });
  await world.report('requests', 5);
  await world.wait(2_000);
  world.aws.setSilent(false);
  await world.flush();
  expect(world.aws.bill('requests')).toEqual({ '10': '5' });
});

test('after a start that AWS does not hear, the next tries come sooner than the minute, and then no more', async () => {
  const world = await startWorld({ now: '2026-03-01T10:10:30Z', silentAws: true });
  world.agent.ticks.stop();
  await world.report('requests', 5);
  const waits: number[] = [];
  for (let n = 0; n < 3; n += 1) {
    await world.agent.reporting.pass();
    const next = world.agent.reporting.nextWake();
    waits.push(next === undefined ? Number.POSITIVE_INFINITY : Math.round((next - world.clock.monotonic()) / 1000));
    await world.wait(45_000);
  }
  expect(waits).toEqual([30, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
});
