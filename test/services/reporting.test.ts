import { expect, test } from '@jest/globals';
import * as quantity from '../../src/agent/core/usage/quantity.ts';
import { startWorld, sumOf } from '../support/tollWorld.ts';

test('an hour that AWS took, but whose answer was lost, is billed once', async () => {
  const world = await startWorld({ now: '2026-03-01T10:10Z' });
  await world.report('requests', 40);
  world.aws.next({ kind: 'lostAfter' });
  await world.advanceTo('11:13');
  expect(world.line('requests', 10)).toMatchObject({ state: expect.stringMatching('receipted|waiting') });
  await world.advanceTo('11:30');
  expect(world.aws.bill('requests')).toEqual({ '10': '40' });
  expect(world.aws.bodies('requests')).toHaveLength(2);
  expect(new Set(world.aws.bodies('requests')).size).toBe(1);
  expect(world.line('requests', 10)).toMatchObject({ state: 'receipted', doubt: false, attempts: 2 });
  expect(world.check().findings).toEqual([]);
});

test('nothing goes out for the open hour, nor before the settle time', async () => {
  const world = await startWorld({ now: '2026-03-01T10:10Z' });
  await world.report('requests', 1);
  await world.advanceTo('11:02');
  expect(world.aws.bodies('requests')).toEqual([]);
  await world.advanceTo('11:13');
  expect(world.aws.bill('requests')).toEqual({ '10': '1' });
});

test('three hours of outage: each hour is delivered under its own', async () => {
  const world = await startWorld({ now: '2026-03-01T10:10Z' });
  world.aws.always(() => ({ kind: 'unsent' }));
  for (const [hour, count] of [
    [10, 5],
    [11, 6],
    [12, 7],
  ] as const) {
    await world.advanceTo(`${hour}:30`);
    await world.report('requests', count);
  }
  await world.advanceTo('13:40');
  expect(world.aws.bill('requests')).toEqual({});
  world.aws.always(undefined);
  await world.advanceTo('14:00');
  expect(world.aws.bill('requests')).toEqual({ '10': '5', '11': '6', '12': '7' });
});

test('5 h 45 min of throttling are delivered whole and in their own hours', async () => {
  const world = await startWorld({ now: '2026-03-01T10:01Z' });
  await world.report('requests', 9);
  world.aws.always(() => ({ kind: 'refusal', name: 'ThrottlingException' }));
  await world.advanceTo('15:45');
  world.aws.always(undefined);
  await world.advanceTo('15:52');
  expect(world.aws.bill('requests')).toEqual({ '10': '9' });
  expect(world.line('requests', 10)).toMatchObject({ doubt: false });
});

test('7 h 30 min without a connection: the total is intact, moved and named', async () => {
  const world = await startWorld({ now: '2026-03-01T10:01Z' });
  await world.report('requests', 9);
  world.aws.always(() => ({ kind: 'unsent' }));
  await world.advanceTo('17:31');
  expect(world.line('requests', 10)).toMatchObject({ state: 'moved', moved_to: '2026-03-01T15Z' });
  world.aws.always(undefined);
  await world.advanceTo('18:15');
  expect(
    Object.values(world.aws.bill('requests'))
      .map(Number)
      .reduce((a, b) => a + b, 0),
  ).toBe(9);
  expect(world.check().findings).toEqual([]);
});

test('a record in doubt is never moved: at the edge it waits for a person', async () => {
  const world = await startWorld({ now: '2026-03-01T10:01Z' });
  await world.report('requests', 9);
  world.aws.next({ kind: 'lostAfter' });
  world.aws.always(() => ({ kind: 'refusal', name: 'ThrottlingException' }));
  await world.advanceTo('15:51');
  expect(world.line('requests', 10)).toMatchObject({ state: 'quarantined', doubt: true });
  world.aws.always(undefined);
  await world.advanceTo('17:20');
  expect(world.aws.bill('requests')).toEqual({ '10': '9' });
  expect(world.check().findings).toEqual([]);
});

test('a throttle does not clear doubt; a duplicate does', async () => {
  const world = await startWorld({ now: '2026-03-01T10:01Z' });
  await world.report('requests', 9);
  world.aws.next({ kind: 'lostBefore' });
  world.aws.always(() => ({ kind: 'refusal', name: 'ThrottlingException' }));
  await world.advanceTo('11:30');
  expect(world.line('requests', 10)).toMatchObject({ state: 'waiting', doubt: true });
  world.aws.always(() => ({ kind: 'refusal', name: 'DuplicateRequestException' }));
  await world.advanceTo('12:00');
  expect(world.line('requests', 10)).toMatchObject({ state: 'conflict', doubt: false });
});

test('one refused dimension does not hold the other', async () => {
  const world = await startWorld({ now: '2026-03-01T10:01Z' });
  await world.report('requests', 9);
  await world.report('users', 3);
  world.aws.always(({ dimension }) =>
    dimension === 'requests' ? { kind: 'refusal', name: 'InvalidUsageDimensionException' } : undefined,
  );
  await world.advanceTo('11:20');
  expect(world.aws.bill('users')).toEqual({ '10': '3' });
  await world.advanceTo('15:51');
  expect(world.line('requests', 10)).toMatchObject({ state: 'quarantined', doubt: false });
});

test('a refusal for all pauses the sender: one probe at a time', async () => {
  const world = await startWorld({ now: '2026-03-01T10:01Z' });
  await world.report('requests', 9);
  await world.report('users', 3);
  world.aws.always(() => ({ kind: 'refusal', name: 'AccessDeniedException', status: 403 }));
  await world.advanceTo('11:20');
  const tried = [world.aws.bodies('requests').length, world.aws.bodies('users').length];
  expect(Math.min(...tried)).toBe(0);
  expect(Math.max(...tried)).toBeGreaterThan(0);
  world.aws.always(undefined);
  await world.advanceTo('11:40');
  expect([world.aws.bill('requests'), world.aws.bill('users')]).toEqual([{ '10': '9' }, { '10': '3' }]);
});

test('not entitled until the edge: quarantined, never moved', async () => {
  const world = await startWorld({ now: '2026-03-01T10:01Z' });
  await world.report('requests', 9);
  await world.report('users', 3);
  world.aws.always(() => ({ kind: 'refusal', name: 'CustomerNotEntitledException' }));
  await world.advanceTo('16:00');
  expect(world.line('requests', 10)).toMatchObject({ state: 'quarantined' });
  expect(world.line('users', 10)).toMatchObject({ state: 'quarantined' });
});

test('O09: a duplicate is asked once, its units move, the next hours go on', async () => {
  const world = await startWorld({ now: '2026-03-01T10:01Z' });
  await world.report('requests', 9);
  world.aws.next({ kind: 'refusal', name: 'DuplicateRequestException' });
  await world.advanceTo('11:30');
  await world.report('requests', 1);
  await world.advanceTo('12:30');
  expect(world.aws.bodies('requests')).toHaveLength(2);
  expect(world.line('requests', 10)).toMatchObject({ state: 'conflict', moved_to: '2026-03-01T11Z', quantity: '9' });
  expect(world.aws.bill('requests')).toEqual({ '11': '10' });
});

test('three conflicts in a row: somebody else meters it, so our units wait for a person', async () => {
  const world = await startWorld({ now: '2026-03-01T10:01Z' });
  world.aws.always(({ dimension }) =>
    dimension === 'requests' ? { kind: 'refusal', name: 'DuplicateRequestException' } : undefined,
  );
  await world.report('requests', 1);
  await world.advanceTo('13:30');
  expect(world.line('requests', 12)).toMatchObject({ state: 'conflict', moved_to: null });
  world.aws.always(undefined);
  await world.advanceTo('15:00');
  expect(world.aws.bill('requests')).toEqual({});
  expect(world.check().findings).toEqual([]);
});

test('a crash in the middle of an attempt: the same bytes again, billed once', async () => {
  const world = await startWorld({ now: '2026-03-01T10:01Z' });
  await world.report('requests', 9, { id: 'a' });
  world.aws.next({ kind: 'lostAfter' });
  await world.advanceTo('11:12:30');
  await world.crash();
  expect(await world.report('requests', 9, { id: 'a' })).toMatchObject({ accepted: 0, duplicates: 1 });
  await world.advanceTo('11:30');
  expect(world.aws.bill('requests')).toEqual({ '10': '9' });
  expect(new Set(world.aws.bodies('requests')).size).toBe(1);
});

test('another task finds the volume: what is sure moves to its first hour, what is in doubt waits', async () => {
  const world = await startWorld({ now: '2026-03-01T10:01Z', resource: 'task/one' });
  await world.report('requests', 9);
  world.aws.always(({ dimension }) => (dimension === 'requests' ? { kind: 'lostBefore' } : { kind: 'unsent' }));
  await world.report('users', 3);
  await world.advanceTo('11:20');
  await world.crash('task/two');
  expect(world.line('requests', 10)).toMatchObject({ state: 'quarantined', doubt: true });
  expect(world.line('users', 10)).toMatchObject({ state: 'moved', moved_to: '2026-03-01T11Z' });
  await world.advanceTo('12:30');
  expect(world.aws.bill('users')).toEqual({ '11': '3' });
  expect(world.aws.bill('requests')).toEqual({});
  expect(world.check().findings).toEqual([]);
});

test('per: what is left over is carried exactly, also over a restart', async () => {
  const world = await startWorld({
    now: '2026-03-01T10:01Z',
    dimensions: [sumOf('requests', { per: quantity.of(7) })],
  });
  await world.report('requests', 6);
  await world.advanceTo('11:15');
  expect(world.aws.bill('requests')).toEqual({});
  await world.crash();
  await world.report('requests', 9);
  await world.advanceTo('12:15');
  expect(world.aws.bill('requests')).toEqual({ '11': '2' });
  expect(world.ledger.books.accounts()[0]).toMatchObject({ carry: quantity.of(1) });
});

test('maxPerHour: what is above waits until a person releases it', async () => {
  const world = await startWorld({
    now: '2026-03-01T10:01Z',
    dimensions: [sumOf('requests', { maxPerHour: quantity.of(10) })],
  });
  await world.report('requests', 25);
  await world.advanceTo('11:15');
  expect(world.aws.bill('requests')).toEqual({ '10': '10' });
  const hour = Math.floor(Date.parse('2026-03-01T10:00Z') / 3_600_000);
  expect(world.ledger.books.release(hour as never, 'requests', (hour + 1) as never)).toMatchObject({ units: '15' });
  await world.advanceTo('12:15');
  expect(world.aws.bill('requests')).toEqual({ '10': '10', '11': '15' });
  expect(world.check().findings).toEqual([]);
});

test('more than one record may say goes to the next hour', async () => {
  const world = await startWorld({ now: '2026-03-01T10:01Z' });
  await world.report('requests', '3000000000');
  await world.advanceTo('12:15');
  expect(world.aws.bill('requests')).toEqual({ '10': '2147483647', '11': '852516353' });
});

test('decimals go out as decimals', async () => {
  const world = await startWorld({ now: '2026-03-01T10:01Z', dimensions: [sumOf('data_gb', { decimals: 3 })] });
  await world.report('data_gb', '1.2345');
  await world.advanceTo('11:15');
  expect(world.aws.bodies('data_gb')[0]).toContain('"UsageQuantityAsDecimal":"1.234"');
});

test('zero hours: sent for closed hours in which we were awake, never before the first', async () => {
  const world = await startWorld({ now: '2026-03-01T10:30Z', dimensions: [sumOf('requests', { zeroHours: true })] });
  await world.advanceTo('12:15');
  expect(world.aws.bill('requests')).toEqual({ '10': '0', '11': '0' });
});

test('shadow: everything but the call', async () => {
  const world = await startWorld({ now: '2026-03-01T10:30Z', policies: { mode: 'shadow' } });
  await world.report('requests', 4);
  await world.advanceTo('11:15');
  expect(world.aws.bodies('requests')).toEqual([]);
  expect(world.line('requests', 10)).toMatchObject({ state: 'shadow', quantity: '4' });
});

test('a pending verdict: counted, not sent; once granted the hours go out', async () => {
  const world = await startWorld({ now: '2026-03-01T10:30Z' });
  world.setVerdict('pending');
  await world.report('requests', 4);
  await world.advanceTo('12:15');
  expect(world.aws.bodies('requests')).toEqual([]);
  world.setVerdict('granted');
  await world.advanceTo('12:20');
  expect(world.aws.bill('requests')).toEqual({ '10': '4' });
});

test('the last flush: closed hours and the open one; later usage of that hour counts in the next', async () => {
  const world = await startWorld({ now: '2026-03-01T10:30Z' });
  await world.report('requests', 4);
  await world.advanceTo('11:00:30');
  await world.report('requests', 2);
  await world.flush();
  expect(world.aws.bill('requests')).toEqual({ '10': '4', '11': '2' });
  await world.crash();
  expect(await world.report('requests', 5)).toMatchObject({ accepted: 1 });
  await world.advanceTo('13:20');
  expect(world.aws.bill('requests')).toEqual({ '10': '4', '11': '2', '12': '5' });
});

test('the wall clock is set: AWS is heard again, and its time alone says which hours are over', async () => {
  const world = await startWorld({ now: '2026-03-01T10:30Z' });
  await world.report('requests', 4);
  world.jumpWall(3 * 3_600_000);
  await world.advanceTo('14:00');
  expect(world.aws.bodies('requests')).toEqual([]);
  await world.advanceTo('14:13');
  expect(world.aws.bill('requests')).toEqual({ '10': '4' });
});
