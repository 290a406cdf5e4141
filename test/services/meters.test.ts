import { describe, expect, test } from '@jest/globals';
import type { Dimension } from '../../src/agent/core/configuration/config.ts';
import * as quantity from '../../src/agent/core/usage/quantity.ts';
import type { Receipt, Report } from '../../src/agent/core/usage/report.ts';
import { startWorld, sumOf } from '../support/tollWorld.ts';

const at = (text: string): number => Date.parse(`2026-03-01T${text}Z`);
const dimension = (meter: Dimension['meter'], more: Partial<Dimension> = {}): Dimension => ({
  ...sumOf('requests'),
  meter,
  ...(meter === 'sum' || meter === 'counter' ? {} : { scope: 'pod' }),
  ...more,
});
const worldOf = (meter: Dimension['meter'], more: Partial<Dimension> = {}, now = '2026-03-01T10:00Z') =>
  startWorld({ now, dimensions: [dimension(meter, more)] });
const why = (receipt: Receipt): readonly string[] =>
  receipt.kind === 'accepted' ? (receipt.uncounted ?? []).map((one) => one.why) : [receipt.kind];

test('a counter counts what its readings grew by, over a crash, a reset and a late reading', async () => {
  const world = await worldOf('counter');
  const read = (value: number, time?: string) =>
    world.report('requests', value, {
      source: 'a',
      ...(time === undefined ? {} : { at: at(time), dated: true }),
    });
  expect(why(await read(100))).toEqual(['first']);
  await world.advanceTo('10:10');
  expect(why(await read(130))).toEqual([]);
  await world.crash();
  expect(why(await read(135))).toEqual([]);
  await world.advanceTo('10:50');
  expect(why(await read(5))).toEqual([]);
  await world.advanceTo('11:20');
  expect(why(await read(8, '10:55:00'))).toEqual([]);
  expect(why(await read(9, '10:55:00'))).toEqual(['stale']);
  expect(await read(20, '10:58:00')).toMatchObject({ accepted: 1, late: 1 });
  await world.advanceTo('12:20');
  expect(world.aws.bill('requests')).toEqual({ '10': '40', '11': '15' });
  expect(world.check().findings).toEqual([]);
});

test('a counter that began in the life of the resource counts whole, one that began before from its first reading on', async () => {
  const world = await worldOf('counter');
  await world.advanceTo('10:10');
  await world.report('requests', 7, { source: 'new', start: at('10:00:00') });
  await world.report('requests', 1000, { source: 'old', start: at('09:59:59') });
  await world.report('requests', 1001, { source: 'old', start: at('09:59:59') });
  await world.advanceTo('11:20');
  expect(world.aws.bill('requests')).toEqual({ '10': '8' });
});

test('more than six resets in an hour hold a series until a person releases it', async () => {
  const world = await worldOf('counter');
  const read = (value: number) => world.report('requests', value, { source: 'a' });
  await read(100);
  for (let n = 1; n <= 6; n += 1) {
    await world.wait(60_000);
    expect(why(await read(100 - n))).toEqual([]);
  }
  await world.wait(60_000);
  expect(why(await read(1))).toEqual(['brake']);
  expect(why(await read(5000))).toEqual(['held']);
  expect(world.ledger.books.overview().heldSeries).toMatchObject([
    { dimension: 'requests', source: 'a', reading: '94' },
  ]);
  expect([...world.ledger.books.lines()].filter(({ kind }) => kind === 'series')).toMatchObject([
    { hour: '2026-03-01T10Z', state: 'held', counted: '94' },
  ]);
  await world.crash();
  const hour = Math.floor(at('10:00:00') / 3_600_000) as Parameters<typeof world.ledger.books.release>[0];
  expect(world.ledger.books.release(hour, 'requests', hour)).toMatchObject({ series: 1 });
  expect(why(await world.report('requests', 6000, { source: 'a', start: at('10:05:00') }))).toEqual(['first']);
  expect(why(await world.report('requests', 6001, { source: 'a', start: at('10:05:00') }))).toEqual([]);
  await world.advanceTo('11:20');
  expect(world.aws.bill('requests')).toEqual({ '10': String(99 + 98 + 97 + 96 + 95 + 94 + 1) });
  expect(world.check().findings).toEqual([]);
});

test('an average is the time integral of a level, carried over the edges of hours', async () => {
  const world = await worldOf('average', { decimals: 2 });
  await world.report('requests', 3);
  await world.advanceTo('10:20');
  await world.report('requests', 0);
  await world.advanceTo('10:30');
  await world.report('requests', 2);
  await world.advanceTo('12:20');
  await world.report('requests', 0);
  await world.advanceTo('13:20');
  expect(world.aws.bill('requests')).toEqual({ '10': '2', '11': '2', '12': '0.66' });
  expect(world.check().findings).toEqual([]);
});

test('a quick restart interrupts no level; time in which nobody lived is not counted', async () => {
  const world = await worldOf('average', { decimals: 2 });
  await world.report('requests', 6);
  await world.advanceTo('10:10');
  await world.crash();
  await world.advanceTo('10:30');
  world.agent.ticks.stop();
  world.ledger.abandon();
  await world.advanceTo('10:50');
  await world.reopen();
  await world.advanceTo('11:00');
  await world.report('requests', 0);
  await world.advanceTo('11:20');
  expect(world.aws.bill('requests')).toEqual({ '10': '4' });
});

test('another resource on the same ledger begins without a level', async () => {
  const world = await worldOf('average', { decimals: 2 });
  await world.report('requests', 6);
  await world.advanceTo('10:30');
  await world.crash('task/two');
  await world.advanceTo('11:20');
  expect(world.aws.bill('requests')).toEqual({ '10': '3' });
});

test('after the last flush, a level that is still held counts in the next hour', async () => {
  const world = await worldOf('average', { decimals: 2, rounding: 'nearest' });
  await world.report('requests', 6);
  await world.advanceTo('10:30');
  await world.flush();
  expect(world.aws.bill('requests')).toEqual({ '10': '3' });
  expect(world.ledger.agenda().open).toEqual([]);
  await world.crash();
  await world.advanceTo('10:40');
  await world.report('requests', 0);
  await world.advanceTo('12:20');
  expect(world.aws.bill('requests')).toEqual({ '10': '3', '11': '1' });
});

test('a dated level corrects what was counted since, and is late where that is frozen', async () => {
  const world = await worldOf('average', { decimals: 2 });
  await world.report('requests', 6);
  await world.advanceTo('10:40');
  expect(why(await world.report('requests', 3, { at: at('10:20:00'), dated: true }))).toEqual([]);
  expect(why(await world.report('requests', 9, { at: at('10:19:00'), dated: true }))).toEqual(['stale']);
  await world.advanceTo('11:20');
  expect(await world.report('requests', 1, { at: at('10:50:00'), dated: true })).toMatchObject({
    late: 1,
    uncounted: [{ index: 0, why: 'late' }],
  });
  await world.advanceTo('12:20');
  expect(world.aws.bill('requests')).toEqual({ '10': '4', '11': '1' });
});

test('last is the newest level of the hour, and is not carried into the next one', async () => {
  const world = await worldOf('last');
  await world.report('requests', 5);
  await world.report('requests', 9, { at: at('10:00:30'), dated: true });
  await world.advanceTo('10:10');
  await world.report('requests', 7);
  expect(why(await world.report('requests', 99, { at: at('10:09:00'), dated: true }))).toEqual(['stale']);
  await world.crash();
  await world.advanceTo('11:20');
  expect(await world.report('requests', 50, { at: at('10:50:00'), dated: true })).toMatchObject({
    late: 1,
    uncounted: [{ index: 0, why: 'late' }],
  });
  await world.advanceTo('13:20');
  expect(world.aws.bill('requests')).toEqual({ '10': '7' });
});

test.each([
  ['hour', ['2', '1', '1']],
  ['day', ['2', '1']],
  ['month', ['2']],
] as const)('unique counts a thing once within the %s', async (within, bill) => {
  const world = await worldOf('unique', { within }, '2026-03-01T22:00Z');
  const see = (source: string) => world.report('requests', 1, { source });
  await see('ada');
  await see('ada');
  await world.crash();
  await see('bob');
  await see('ada');
  await world.advanceTo('23:20');
  await see('ada');
  await world.advanceTo('00:20');
  await see('ada');
  await world.advanceTo('01:20');
  const records = [...world.ledger.books.lines()].filter(({ kind }) => kind === 'record');
  expect(records.map((line) => line['quantity'])).toEqual(bill);
  expect(world.check().findings).toEqual([]);
});

test.each(['max', 'last', 'unique'] as const)(
  'O47: two pods one after the other on one ledger bill a %s once',
  async (meter) => {
    const world = await worldOf(meter);
    const nodes = async (count: number) => {
      if (meter !== 'unique') return world.report('requests', count);
      for (let n = 0; n < count; n += 1) await world.report('requests', 1, { source: `node-${n}` });
      return undefined;
    };
    await nodes(10);
    await world.advanceTo('10:30');
    await world.flush();
    const first = world.aws;
    await world.crash('task/two');
    await nodes(10);
    await world.advanceTo('10:40');
    await nodes(12);
    await world.advanceTo('11:20');
    expect(first.bill('requests')).toEqual({ '10': '10' });
    expect(world.aws.bill('requests')).toEqual({ '10': '2' });
    expect(world.check().findings).toEqual([]);
  },
);

test('O47: an average of two pods, one after the other, adds up without a common ledger too', async () => {
  const [one, two] = await Promise.all([worldOf('average', { decimals: 2 }), worldOf('average', { decimals: 2 })]);
  await one.report('requests', 10);
  await one.advanceTo('10:30');
  await one.flush();
  await two.advanceTo('10:30');
  await two.report('requests', 10);
  await two.advanceTo('11:00');
  await two.flush();
  expect([one.aws.bill('requests'), two.aws.bill('requests')]).toEqual([{ '10': '5' }, { '10': '5' }]);
});

test('an hour that began with another kind of meter takes no readings: what adds up counts in the next one', async () => {
  const world = await worldOf('sum');
  await world.report('requests', 5);
  await world.restartWith({ dimensions: [dimension('counter')] });
  await world.report('requests', 1_000_000, { source: 'a' });
  await world.report('requests', 1_000_002, { source: 'a' });
  await world.advanceTo('10:59');
  await world.restartWith({ dimensions: [dimension('last')] });
  expect(why(await world.report('requests', 50))).toEqual(['changed']);
  await world.advanceTo('12:20');
  expect(world.aws.bill('requests')).toEqual({ '10': '5', '11': '2' });
  expect(world.check().findings).toEqual([]);
});

test('a part of a unit that is left when decimals shrink goes back into the carry, and does not roll on', async () => {
  const world = await worldOf('sum', { decimals: 3 });
  await world.report('requests', '1.75');
  world.aws.always(() => ({ kind: 'unsent' }));
  await world.advanceTo('11:20');
  await world.restartWith({ dimensions: [dimension('sum')] });
  await world.advanceTo('15:59');
  world.aws.always(undefined);
  await world.advanceTo('18:20');
  expect(world.ledger.agenda().open).toEqual([]);
  expect(quantity.format(world.check().accounts[0]?.carry ?? quantity.ZERO)).toBe('0.75');
  await world.report('requests', '0.25');
  await world.advanceTo('19:20');
  expect(world.aws.bill('requests')).toEqual({ '15': '1', '18': '1' });
  expect(world.check().findings).toEqual([]);
});

test('a part of a unit that an average leaves is a part of a unit for the sum that follows', async () => {
  const world = await worldOf('average', { decimals: 2 });
  await world.report('requests', '1.75');
  world.aws.always(() => ({ kind: 'unsent' }));
  await world.advanceTo('11:00');
  await world.report('requests', 0);
  await world.advanceTo('11:20');
  await world.restartWith({ dimensions: [dimension('average')] });
  await world.advanceTo('15:59');
  world.aws.always(undefined);
  await world.advanceTo('18:20');
  await world.restartWith({ dimensions: [dimension('sum')] });
  await world.report('requests', '0.25');
  await world.advanceTo('19:20');
  expect(world.aws.bill('requests')).toEqual({ '15': '1', '18': '1' });
  expect(world.check().findings).toEqual([]);
});

test.each([-40, -90, 90])(
  'a clock that is %s minutes wrong for three bills no level for longer than it was held',
  async (wrong) => {
    const world = await worldOf('average', { decimals: 6 }, '2026-03-01T08:00Z');
    await world.report('requests', 1);
    await world.advanceTo('10:20');
    world.jumpWall(wrong * 60_000);
    await world.wait(180_000);
    world.jumpWall(-wrong * 60_000);
    await world.wait(1_000);
    await world.advanceTo('12:00');
    await world.report('requests', 0);
    await world.advanceTo('13:20');
    const bill = quantity.sum(Object.values(world.aws.bill('requests')).map(quantity.read));
    expect(quantity.compare(bill, quantity.of(4))).not.toBe(1);
    expect(quantity.compare(bill, quantity.of(3))).toBe(1);
    expect(world.check().findings).toEqual([]);
  },
);

test.each(['max', 'last'] as const)(
  'what %s was in an hour that was sent is not said of the next one',
  async (meter) => {
    const world = await worldOf(meter);
    await world.report('requests', 10);
    await world.advanceTo('10:30');
    await world.flush();
    await world.crash();
    expect(await world.report('requests', 10)).toMatchObject({ late: 1, uncounted: [{ index: 0, why: 'late' }] });
    await world.advanceTo('12:20');
    expect(world.aws.bill('requests')).toEqual({ '10': '10' });
  },
);

test('who was seen in an hour that was sent is not seen for the first time in the next one', async () => {
  const world = await worldOf('unique');
  const see = (source: string) => world.report('requests', 1, { source });
  await see('ada');
  await world.advanceTo('10:30');
  await world.flush();
  await world.crash();
  await see('ada');
  await see('bob');
  await world.advanceTo('12:20');
  expect(world.aws.bill('requests')).toEqual({ '10': '1', '11': '1' });
});

test('a tagged reading that counts nothing is not said to count without its tags', async () => {
  const world = await worldOf('counter');
  const read = (value: number, seconds: number) =>
    world.report('requests', value, { source: 'a', tags: { t: 'x' }, at: at('10:00:00') + seconds, dated: true });
  await read(1, 20);
  expect(await read(2, 10)).toMatchObject({ untagged: 0, uncounted: [{ index: 0, why: 'stale' }] });
});

test('who was seen under a clock that is ahead is seen once in the hour that it really was, and again in the next one', async () => {
  const dimensions = [dimension('unique')];
  const world = await startWorld({ now: '2026-03-01T10:59Z', dimensions, awsBehind: 180_000 });
  const see = (source: string) => world.report('requests', 1, { source });
  await see('ada');
  await see('eve');
  await world.wait(120_000);
  await see('ada');
  await see('bob');
  await world.flush();
  expect(world.aws.bill('requests')).toEqual({ '10': '3' });
  await world.crash();
  await world.wait(180_000);
  await see('bob');
  await world.advanceTo('12:20');
  expect(world.aws.bill('requests')).toEqual({ '10': '3', '11': '1' });
});

test('a clock that jumps ahead, or a machine that slept, adds nothing to a level; one that is set back counts nothing twice', async () => {
  const world = await worldOf('average', { decimals: 2 });
  await world.report('requests', 6);
  await world.advanceTo('10:10');
  world.jumpWall(20 * 60_000);
  await world.wait(60_000);
  world.jumpWall(-15 * 60_000);
  await world.wait(20 * 60_000);
  await world.report('requests', 0);
  await world.advanceTo('13:20');
  const total = [...world.ledger.books.lines()]
    .filter(({ kind }) => kind === 'record')
    .reduce((sum, line) => sum + Number(line['counted']), 0);
  // Ten minutes before the jump, and the five beyond 10:31 once the clock has caught up with where it had been.
  expect(total / 360).toBeCloseTo(15, 1);
  expect(world.check().findings).toEqual([]);
});

test('beyond what can be told apart, new series count nothing and the known ones go on', async () => {
  const world = await worldOf('counter');
  const read = (names: readonly string[], value: number) =>
    world.agent.recording.take(
      names.map((source) => ({
        dimension: 'requests',
        quantity: quantity.of(value),
        at: world.clock.wall(),
        dated: false,
        source,
      })),
    );
  const names = Array.from({ length: 10_001 }, (_, n) => `pod-${n}`);
  const [first] = await Promise.all([read(names, 5), world.wait(1)]);
  expect(why(first).filter((one) => one === 'full')).toHaveLength(1);
  const [again] = await Promise.all([read(['pod-0', 'pod-10000'], 7), world.wait(1)]);
  expect(why(again)).toEqual(['full']);
  // A day later nobody has read most of them: they make room, and come back without counting from zero.
  world.jumpWall(25 * 3_600_000);
  const [later] = await Promise.all([read(['pod-10000', 'pod-1'], 9), world.wait(1)]);
  expect(why(later)).toEqual(['first', 'first']);
  const start = at('10:00:30');
  expect(why(await world.report('requests', 100, { source: 'pod-2', start }))).toEqual(['first']);
  expect(world.check().findings).toEqual([]);
});

test.each([
  ['average', 'last'],
  ['unique', 'counter'],
  ['counter', 'max'],
] as const)('tags with %s and %s: told untagged where the meter does not count by them', async (one, other) => {
  for (const meter of [one, other]) {
    const world = await worldOf(meter);
    const source = meter === 'unique' || meter === 'counter' ? { source: 'a' } : {};
    const receipt = await world.report('requests', 1, { tags: { team: 'blue' }, ...source });
    expect(receipt).toMatchObject({ untagged: meter === 'counter' || meter === 'max' ? 0 : 1 });
  }
});

test('what is above maxPerHour is held and released, for every meter; a part of its unit stays whole', async () => {
  const world = await worldOf('counter', { maxPerHour: quantity.read('10.5'), decimals: 0 });
  await world.report('requests', 0, { source: 'a' });
  await world.report('requests', 25, { source: 'a' });
  await world.advanceTo('11:20');
  expect(world.ledger.books.overview().dimensions).toMatchObject([{ held: quantity.of(15) }]);
  const hour = Math.floor(at('10:00:00') / 3_600_000) as Parameters<typeof world.ledger.books.release>[0];
  expect(world.ledger.books.release(hour, 'requests', (hour + 1) as typeof hour)).toMatchObject({
    units: '15',
    series: 0,
  });
  await world.advanceTo('12:20');
  expect(world.aws.bill('requests')).toEqual({ '10': '10', '11': '15' });
  expect(world.check().findings).toEqual([]);
});

test.each([
  ['sum', true],
  ['counter', true],
  ['max', false],
  ['average', true],
  ['last', false],
  ['unique', true],
] as const)('O05: a report of the hour that the last flush has sent is told late: %s', async (meter, counts) => {
  const world = await worldOf(meter, meter === 'average' ? { decimals: 2 } : {});
  await world.report('requests', 1, { source: 'a' });
  await world.report('requests', meter === 'unique' ? 1 : 3, { source: 'a' });
  await world.advanceTo('10:30');
  await world.flush();
  await world.crash();
  const late = { kind: 'accepted', accepted: 1, late: 1, which: { duplicates: [], late: [0] } };
  const receipt = await world.report('requests', meter === 'unique' ? 1 : 7, {
    source: meter === 'counter' ? 'a' : 'b',
  });
  expect(receipt).toMatchObject(counts ? late : { ...late, uncounted: [{ index: 0, why: 'late' }] });
  if (counts) expect(receipt).not.toHaveProperty('uncounted');
  await world.advanceTo('11:01');
  expect(await world.report('requests', meter === 'unique' ? 1 : 7, { source: 'a' })).toMatchObject({ late: 0 });
});

describe('a counter that says that it began in the life of the resource, of a source that is known under other tags', () => {
  const start = at('10:00:30');
  const setUp = async () => {
    const world = await worldOf('counter');
    await world.advanceTo('10:10');
    const read = (value: number, team: string | undefined, more: Partial<Report> = {}) => {
      const tags = team === undefined ? {} : { tags: { team } };
      return world.report('requests', value, { source: 'app', start, ...tags, ...more });
    };
    const readAll = async (values: Readonly<Record<string, number>>) => {
      const taking = world.agent.recording.take(
        Object.entries(values).map(([team, value]) => ({
          dimension: 'requests',
          quantity: quantity.of(value),
          at: world.clock.wall(),
          dated: false,
          source: 'app',
          start,
          tags: { team },
        })),
      );
      await world.wait(1);
      return taking;
    };
    const billed = async () => {
      await world.advanceTo('11:20');
      expect(world.check().findings).toEqual([]);
      return world.aws.bill('requests');
    };
    return { world, read, readAll, billed };
  };

  test.each([
    ['other tags', 'red'],
    ['no tags', undefined],
  ] as const)('moved to %s: what it showed before is not billed again', async (_, team) => {
    const { world, read, billed } = await setUp();
    expect(why(await read(100, 'blue'))).toEqual([]);
    await world.wait(60_000);
    expect(why(await read(110, team))).toEqual(['first']);
    await world.wait(60_000);
    expect(why(await read(125, team))).toEqual([]);
    expect(await billed()).toEqual({ '10': '115' });
  });

  test('moved after a restart of the process, and from one that never said when it began', async () => {
    const { world, read, billed } = await setUp();
    await world.report('requests', 40, { source: 'app', tags: { team: 'blue' } });
    await world.crash();
    await world.wait(60_000);
    expect(why(await read(50, 'red'))).toEqual(['first']);
    expect(await billed()).toEqual({});
  });

  test('it began later than the others: it counts whole', async () => {
    const { world, read, billed } = await setUp();
    await read(100, 'blue');
    await world.wait(60_000);
    expect(why(await read(7, 'red', { start: at('10:10:30') }))).toEqual([]);
    expect(await billed()).toEqual({ '10': '107' });
  });

  test('it is read in one request with the others, whichever comes first: it counts whole', async () => {
    const { world, readAll, billed } = await setUp();
    expect(why(await readAll({ blue: 100, green: 50 }))).toEqual([]);
    await world.wait(60_000);
    expect(why(await readAll({ red: 5, blue: 101, green: 50, black: 2 }))).toEqual([]);
    expect(await billed()).toEqual({ '10': '158' });
  });

  test('another source, or another dimension of the same source, is no other tag set', async () => {
    const { world, read, billed } = await setUp();
    await read(100, 'blue');
    await world.wait(60_000);
    expect(why(await read(7, 'red', { source: 'other' }))).toEqual([]);
    expect(await billed()).toEqual({ '10': '107' });
  });
});
