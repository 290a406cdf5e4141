import { describe, expect, test } from '@jest/globals';
import { HOUR } from '../../src/agent/core/time/hour.ts';
import * as quantity from '../../src/agent/core/usage/quantity.ts';
import type { Report } from '../../src/agent/core/usage/report.ts';
import { startWorld, sumOf } from '../support/tollWorld.ts';

const max = { ...sumOf('requests'), meter: 'max', scope: 'pod' } as const;

test('an hour keeps the meter that it began with', async () => {
  const world = await startWorld({ now: '2026-03-01T10:01Z', dimensions: [sumOf('requests')] });
  await world.report('requests', 10);
  await world.restartWith({ dimensions: [max] });
  await world.reportAll('requests', [3, 5]);
  await world.advanceTo('11:20');
  expect(world.aws.bill('requests')).toEqual({ '10': '18' });
  expect(world.check().findings).toEqual([]);
});

test('the other way round too', async () => {
  const world = await startWorld({ now: '2026-03-01T10:01Z', dimensions: [max] });
  await world.report('requests', 4);
  await world.restartWith({ dimensions: [sumOf('requests')] });
  await world.reportAll('requests', [3, 5]);
  await world.advanceTo('11:20');
  expect(world.aws.bill('requests')).toEqual({ '10': '5' });
});

test('a late maximum is told late and does not count for another hour', async () => {
  const world = await startWorld({ now: '2026-03-01T10:40Z', dimensions: [max] });
  await world.report('requests', 5);
  await world.advanceTo('11:20');
  await world.report('requests', 4);
  const late = await world.report('requests', 50, { at: Date.parse('2026-03-01T10:50Z'), dated: true });
  expect(late).toMatchObject({ accepted: 1, late: 1 });
  await world.advanceTo('12:20');
  expect(world.aws.bill('requests')).toEqual({ '10': '5', '11': '4' });
});

test('what was counted in the shadow is never billed, its carry neither', async () => {
  const dimensions = [sumOf('requests', { per: quantity.of(1000) })];
  const world = await startWorld({ now: '2026-03-01T10:01Z', dimensions, policies: { mode: 'shadow' } });
  await world.report('requests', 1500);
  await world.advanceTo('11:20');
  await world.report('requests', 1500);
  await world.restartWith({ policies: { mode: 'send' } });
  await world.report('requests', 700);
  await world.report('requests', 400);
  await world.advanceTo('12:20');
  expect(world.aws.bill('requests')).toEqual({ '11': '1' });
  expect(world.check().findings).toEqual([]);
});

test('units of one product are never billed under another', async () => {
  const world = await startWorld({ now: '2026-03-01T10:01Z' });
  await world.report('requests', 43);
  world.aws.always(() => ({ kind: 'unsent' }));
  await world.advanceTo('11:20');
  await world.restartWith({ product: 'another-product' });
  await world.advanceTo('16:30');
  expect(world.line('requests', 10)).toMatchObject({
    state: 'quarantined',
    reason: expect.stringContaining('another one'),
  });
});

test('less than a unit of one product is never rounded up into a unit of another', async () => {
  const dimensions = [sumOf('requests', { per: quantity.of(1000) })];
  const world = await startWorld({ now: '2026-03-01T10:01Z', dimensions });
  await world.report('requests', 1999);
  await world.advanceTo('11:20');
  await world.restartWith({ product: 'another-product' });
  await world.report('requests', 1500);
  await world.advanceTo('12:20');
  expect(world.line('requests', 11)).toMatchObject({ product: 'another-product', quantity: '1', carried_in: '0' });
  expect(world.ledger.books.accounts()).toMatchObject([{ writtenOff: quantity.of(999), carry: quantity.of(500) }]);
  expect(world.check().findings).toEqual([]);
});

test('what a record of one product cannot say is held, and not said in an hour of another', async () => {
  const world = await startWorld({ now: '2026-03-01T10:01Z', dimensions: [sumOf('requests')] });
  await world.report('requests', 5_000_000_000, { tags: { team: 'x' } });
  await world.restartWith({ product: 'another-product' });
  await world.advanceTo('12:20');
  expect(world.line('requests', 10)).toMatchObject({ state: 'receipted', quantity: '2147483647' });
  expect(world.ledger.agenda()).toEqual({ open: [], unsettled: [] });
  expect([...world.ledger.books.lines()].filter(({ kind }) => kind === 'held')).toMatchObject([
    { hour: '2026-03-01T10Z', held: '2852516353', reason: expect.stringContaining('another product') },
  ]);
  expect(world.check().findings).toEqual([]);
});

test('what was counted as a sum is not counted again by the counter that follows', async () => {
  const counter = { ...sumOf('requests'), meter: 'counter' } as const;
  const world = await startWorld({ now: '2026-03-01T10:01Z', dimensions: [counter] });
  const read = (value: number, source: string, start?: string) =>
    world.report('requests', value, { source, ...(start === undefined ? {} : { start: Date.parse(start) }) });
  await read(100, 'a');
  await read(110, 'a');
  await world.advanceTo('11:01');
  await world.restartWith({ dimensions: [sumOf('requests')] });
  await world.report('requests', 500);
  await world.advanceTo('12:05');
  await world.restartWith({ dimensions: [counter] });
  await read(611, 'a');
  await read(500, 'b', '2026-03-01T11:30:00Z');
  await world.crash();
  await read(612, 'a');
  await read(503, 'b', '2026-03-01T11:30:00Z');
  await world.advanceTo('12:10');
  await read(7, 'c', '2026-03-01T12:06:00Z');
  await world.advanceTo('13:20');
  expect(world.aws.bill('requests')).toEqual({ '10': '10', '11': '500', '12': '11' });
  expect(world.check().findings).toEqual([]);
});

test('not entitled, then a restart over the edge: quarantined all the same', async () => {
  const world = await startWorld({ now: '2026-03-01T10:01Z' });
  await world.report('requests', 9);
  world.aws.always(() => ({ kind: 'refusal', name: 'CustomerNotEntitledException' }));
  await world.advanceTo('15:49:40');
  await world.crash();
  await world.advanceTo('16:00');
  expect(world.line('requests', 10)).toMatchObject({ state: 'quarantined' });
});

test('moveAtMost counts from the oldest usage, however often it moved', async () => {
  const world = await startWorld({ now: '2026-03-01T10:01Z', policies: { moveAtMost: 6 * HOUR } });
  await world.report('requests', 9);
  world.setVerdict('pending');
  await world.advanceTo('23:30');
  const states = [...world.ledger.books.lines()].map((line) => line['state']).filter((state) => state !== null);
  expect(states).toEqual(['moved', 'quarantined']);
});

test('a resource that comes back within its hour goes on, though its hour is used up', async () => {
  const world = await startWorld({ now: '2026-03-01T10:01Z', resource: 'task/a' });
  await world.report('requests', 1);
  await world.flush();
  await world.crash('task/b');
  await world.report('requests', 2);
  await world.crash('task/a');
  await world.report('requests', 4);
  await world.advanceTo('12:20');
  expect(world.aws.bill('requests')).toEqual({ '10': '1', '11': '6' });
  expect(world.check().findings).toEqual([]);
});

test('lastCarry: ceil bills the last part of a unit, also of a dimension without usage in the open hour', async () => {
  const dimensions = [sumOf('requests', { per: quantity.of(1000) })];
  const world = await startWorld({ now: '2026-03-01T10:01Z', dimensions, policies: { lastCarry: 'ceil' } });
  await world.report('requests', 999);
  await world.advanceTo('11:20');
  await world.flush();
  expect(world.aws.bill('requests')).toEqual({ '11': '1' });
  expect(world.check().findings).toEqual([]);
});

test('one hiccup of the disk does not end the last flush', async () => {
  const world = await startWorld({ now: '2026-03-01T10:01Z' });
  await world.report('requests', 9);
  await world.report('users', 3);
  world.failNextFreeze();
  await world.flush();
  expect([world.aws.bill('requests'), world.aws.bill('users')]).toEqual([{ '10': '9' }, { '10': '3' }]);
});

test('nothing is looked at every second when nothing is left to do', async () => {
  const world = await startWorld({ now: '2026-03-01T10:01Z' });
  await world.report('requests', 9);
  world.aws.always(() => ({ kind: 'unsent' }));
  await world.advanceTo('16:00');
  expect(world.line('requests', 10)).toMatchObject({ state: 'moved' });
  world.aws.always(undefined);
  await world.advanceTo('17:30');
  // Only its slot of the next hour is ahead.
  const ahead = (world.agent.reporting.nextWake() ?? 0) - world.clock.monotonic();
  expect(ahead).toBeGreaterThan(30 * 60_000);
  expect(ahead).toBeLessThan(60 * 60_000);
});

describe.each([
  ['sum', '5'],
  ['counter', '5'],
  ['max', '5'],
  ['average', '1'],
  ['last', '5'],
  ['unique', '2'],
] as const)('from the shadow to the bill: %s', (meter, bill) => {
  const begin = async () => {
    const adds = meter === 'sum' || meter === 'counter';
    const requests = sumOf('requests', {
      meter,
      decimals: 2,
      ...(adds ? {} : { scope: 'pod' }),
      ...(meter === 'unique' ? { within: 'month' } : {}),
    });
    const world = await startWorld({
      now: '2026-03-01T10:00Z',
      dimensions: [requests],
      policies: { mode: 'shadow' },
    });
    const report = async (value: number, more: Partial<Report> = {}) => {
      if (meter === 'unique') return world.report('requests', 1, { source: `thing-${value}`, ...more });
      return world.report('requests', value, { source: 'one', ...more });
    };
    return { world, report };
  };

  test('what was used before, and is known only after, is not billed; all that is used after is', async () => {
    const { world, report } = await begin();
    await report(100);
    await world.advanceTo('10:29:20');
    await report(3);
    // Nobody gives a sign of life between this and the change.
    world.agent.ticks.stop();
    await world.wait(55_000);
    await world.restartWith({ policies: { mode: 'send' } });
    if (meter === 'counter') await report(40);
    if (meter === 'average') await report(120, { at: world.clock.wall() - 40_000, dated: true });
    await world.advanceTo('10:30:45');
    if (meter === 'counter') await report(45);
    else if (meter === 'average') await report(0);
    else await report(5);
    if (meter === 'unique') await report(3);
    await world.advanceTo('11:20');
    expect(world.aws.bill('requests')).toEqual({ '10': bill });
    expect(world.check().findings).toEqual([]);
  });
});
