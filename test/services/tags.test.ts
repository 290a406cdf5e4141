import { expect, test } from '@jest/globals';
import { HOUR } from '../../src/agent/core/time/hour.ts';
import * as quantity from '../../src/agent/core/usage/quantity.ts';
import { startWorld, sumOf } from '../support/tollWorld.ts';

type World = Awaited<ReturnType<typeof startWorld>>;

const blue = { tags: { team: 'blue' } };
const red = { tags: { team: 'red' } };

/** Billed units by tag set over all hours, as a person would write them. */
const billByTags = (world: World, dimension = 'requests') => {
  const bill: Record<string, number> = {};
  for (const record of world.aws.state.records.values()) {
    if (record.dimension !== dimension) continue;
    const parts = record.allocations.length > 0 ? record.allocations : [{ quantity: record.quantity, tags: [] }];
    for (const { quantity: units, tags } of parts) {
      const name = tags.map(({ key, value }) => `${key}=${value}`).join(',');
      bill[name] = (bill[name] ?? 0) + Number(units);
    }
  }
  return bill;
};

const bodies = (world: World) => [...new Set(world.aws.bodies('requests'))].map((body) => JSON.parse(body));
const records = (world: World) => [...world.ledger.books.lines()].filter(({ kind }) => kind === 'record');
const refuseTags = ({ allocations }: { readonly allocations?: unknown }) =>
  allocations === undefined ? undefined : ({ kind: 'refusal', name: 'InvalidTagException' } as const);

test('what was reported by tag set is billed by tag set', async () => {
  const world = await startWorld({ now: '2026-03-01T10:10Z' });
  await world.report('requests', 3, blue);
  await world.report('requests', 4, { tags: { team: 'red', ['__proto__']: 'x', constructor: 'y' } });
  await world.report('requests', 5);
  await world.report('requests', 6, blue);
  await world.advanceTo('11:20');
  expect(billByTags(world)).toEqual({ '': 5, 'team=blue': 9, '__proto__=x,constructor=y,team=red': 4 });
  expect(world.line('requests', 10)).toMatchObject({ state: 'receipted', quantity: '18' });
  const tags = Object.fromEntries([
    ['__proto__', 'x'],
    ['constructor', 'y'],
    ['team', 'red'],
  ]);
  expect(world.line('requests', 10)?.['allocations']).toEqual([
    { quantity: '5', tags: {} },
    { quantity: '4', tags },
    { quantity: '9', tags: { team: 'blue' } },
  ]);
  expect(world.check().findings).toEqual([]);
});

test('an hour without tags has no allocations, and nothing to say in the export', async () => {
  const world = await startWorld({ now: '2026-03-01T10:10Z' });
  await world.report('requests', 3, { tags: { team: 'not,taken' } });
  await world.advanceTo('11:20');
  expect(bodies(world)[0]).not.toHaveProperty('UsageAllocations');
  expect(world.line('requests', 10)).toMatchObject({ allocations: null });
});

test('shares survive a restart: what a set was owed in one hour it gets in a later one', async () => {
  const dimensions = [sumOf('requests', { per: quantity.of(1000) })];
  const world = await startWorld({ now: '2026-03-01T10:10Z', dimensions });
  for (const hour of [10, 11, 12, 13]) {
    await world.report('requests', 500, blue);
    await world.report('requests', 750, red);
    await world.crash();
    expect(world.check().findings).toEqual([]);
    await world.advanceTo(`${hour + 1}:20`);
  }
  expect(billByTags(world)).toEqual({ 'team=blue': 2, 'team=red': 3 });
  expect(world.check().findings).toEqual([]);
});

test('a decimal quantity is shared out in decimals', async () => {
  const dimensions = [sumOf('requests', { per: quantity.of(3), decimals: 2 })];
  const world = await startWorld({ now: '2026-03-01T10:10Z', dimensions });
  await world.report('requests', 1, blue);
  await world.report('requests', 1, red);
  await world.advanceTo('11:20');
  const [body] = bodies(world);
  expect(body.UsageQuantityAsDecimal).toBe('0.66');
  expect(body.UsageAllocations.map((one: Record<string, unknown>) => one['AllocatedUsageQuantityAsDecimal'])).toEqual([
    '0.33',
    '0.33',
  ]);
});

test("a maximum's tags are those of the report that set it", async () => {
  const dimensions = [{ ...sumOf('requests'), meter: 'max', scope: 'pod' } as const];
  const world = await startWorld({ now: '2026-03-01T10:10Z', dimensions });
  await world.report('requests', 7, blue);
  await world.report('requests', 9, red);
  await world.report('requests', 8);
  await world.advanceTo('11:20');
  expect(billByTags(world)).toEqual({ 'team=red': 9 });
  expect(world.check().findings).toEqual([]);
});

test('InvalidTag once: the hour goes again at once without its tags, as a new record with a new token', async () => {
  const world = await startWorld({ now: '2026-03-01T10:10Z' });
  await world.report('requests', 40, blue);
  world.aws.next({ kind: 'refusal', name: 'InvalidTagException' });
  await world.advanceTo('11:20');
  expect(world.aws.bill('requests')).toEqual({ '10': '40' });
  expect(billByTags(world)).toEqual({ '': 40 });
  const [first, second] = bodies(world);
  expect(first.UsageAllocations).toHaveLength(1);
  expect(second).toEqual({ ...first, UsageAllocations: undefined, ClientToken: second.ClientToken });
  expect(second.ClientToken).not.toBe(first.ClientToken);
  expect(records(world)).toMatchObject([
    { state: 'moved', moved_to: '2026-03-01T10Z', doubt: false, client_token: first.ClientToken },
    { state: 'receipted', client_token: second.ClientToken, quantity: '40', allocations: null },
  ]);
  expect(world.check().findings).toEqual([]);
  await world.report('requests', 1, { ...blue, at: Date.parse('2026-03-01T10:50Z'), dated: true });
  await world.advanceTo('12:20');
  expect(world.aws.bill('requests')).toEqual({ '10': '40', '11': '1' });
});

test('InvalidTag always: two bodies an hour and no more, whatever else AWS says of the second', async () => {
  const world = await startWorld({ now: '2026-03-01T10:10Z' });
  await world.report('requests', 40, blue);
  world.aws.always(() => ({ kind: 'refusal', name: 'InvalidTagException' }));
  await world.advanceTo('15:45');
  expect(bodies(world)).toHaveLength(2);
  expect(world.aws.bodies('requests').filter((body) => body.includes('blue'))).toHaveLength(1);
  await world.advanceTo('15:52');
  world.aws.always(undefined);
  await world.advanceTo('16:20');
  expect(billByTags(world)).toEqual({ '': 40 });
  expect(records(world).map(({ state }) => state)).toEqual(['moved', 'moved', 'receipted']);
  expect(world.check().findings).toEqual([]);
});

test('every hour of a tag that AWS refuses costs one call more, and is billed in its hour', async () => {
  const world = await startWorld({ now: '2026-03-01T10:10Z' });
  world.aws.always(refuseTags);
  for (const hour of [10, 11, 12]) {
    await world.report('requests', hour, blue);
    await world.report('requests', 1);
    await world.advanceTo(`${hour + 1}:20`);
  }
  expect(world.aws.bill('requests')).toEqual({ '10': '11', '11': '12', '12': '13' });
  expect(world.aws.bodies('requests')).toHaveLength(6);
});

test('InvalidTag after doubt: the record stays as it is, with its tags', async () => {
  const world = await startWorld({ now: '2026-03-01T10:10Z' });
  await world.report('requests', 40, blue);
  world.aws.next({ kind: 'lostBefore' });
  world.aws.always(refuseTags);
  await world.advanceTo('11:40');
  expect(bodies(world)).toHaveLength(1);
  expect(world.aws.bodies('requests').length).toBeGreaterThan(1);
  expect(world.line('requests', 10)).toMatchObject({ state: 'waiting', doubt: true });
});

test('a crash between the refusal and the second record leaves one of both, never none', async () => {
  const world = await startWorld({ now: '2026-03-01T10:10Z' });
  await world.report('requests', 40, blue);
  world.aws.always((request) => refuseTags(request) ?? { kind: 'unsent' });
  await world.advanceTo('11:13');
  await world.crash();
  expect(records(world)).toMatchObject([{ state: 'moved' }, { state: 'waiting', doubt: false }]);
  world.aws.always(undefined);
  await world.advanceTo('11:40');
  expect(world.aws.bill('requests')).toEqual({ '10': '40' });
});

test('the last flush too goes again without tags', async () => {
  const world = await startWorld({ now: '2026-03-01T10:10Z' });
  await world.report('requests', 40, blue);
  world.aws.always(refuseTags);
  await world.flush();
  expect(world.aws.bill('requests')).toEqual({ '10': '40' });
});

test('units that move to a later hour keep their tags', async () => {
  const world = await startWorld({ now: '2026-03-01T10:10Z' });
  await world.report('requests', 40, blue);
  await world.report('requests', 2);
  world.aws.always(() => ({ kind: 'unsent' }));
  await world.advanceTo('15:52');
  await world.report('requests', 3, red);
  expect(world.check().findings).toEqual([]);
  world.aws.always(undefined);
  await world.advanceTo('16:20');
  expect(world.aws.bill('requests')).toEqual({ '15': '45' });
  expect(billByTags(world)).toEqual({ '': 2, 'team=blue': 40, 'team=red': 3 });
});

test('units above maxPerHour are taken from all sets alike, and keep their tags until they are released', async () => {
  const dimensions = [sumOf('requests', { maxPerHour: quantity.of(30) })];
  const world = await startWorld({ now: '2026-03-01T10:10Z', dimensions });
  await world.report('requests', 40, blue);
  await world.report('requests', 20, red);
  await world.advanceTo('11:20');
  expect(billByTags(world)).toEqual({ 'team=blue': 20, 'team=red': 10 });
  expect([...world.ledger.books.lines()].find(({ kind }) => kind === 'held')?.['allocations']).toEqual([
    { quantity: '20', tags: { team: 'blue' } },
    { quantity: '10', tags: { team: 'red' } },
  ]);
  expect(world.check().findings).toEqual([]);
  const hour = Math.floor(Date.parse('2026-03-01T10:00Z') / HOUR) as Parameters<typeof world.ledger.books.release>[0];
  world.ledger.books.release(hour, 'requests', (hour + 1) as typeof hour);
  expect(world.check().findings).toEqual([]);
  await world.advanceTo('12:20');
  expect(billByTags(world)).toEqual({ 'team=blue': 40, 'team=red': 20 });
});

test('what one record cannot say goes to the next hour under its tags', async () => {
  const world = await startWorld({ now: '2026-03-01T10:10Z' });
  await world.report('requests', '2147483647', blue);
  await world.report('requests', '2147483647', red);
  await world.advanceTo('13:20');
  expect(billByTags(world)).toEqual({ 'team=blue': 2_147_483_647, 'team=red': 2_147_483_647 });
  expect(world.check().findings).toEqual([]);
});

test('a successor takes the tags over, of what it takes over', async () => {
  const world = await startWorld({ now: '2026-03-01T10:10Z' });
  await world.report('requests', 40, blue);
  await world.advanceTo('11:00');
  await world.report('requests', 5, red);
  await world.crash('task/two');
  expect(world.check().findings).toEqual([]);
  await world.advanceTo('12:20');
  expect(billByTags(world)).toEqual({ 'team=blue': 40, 'team=red': 5 });
});

test('usage that comes back from a wall clock set ahead keeps its tags', async () => {
  const world = await startWorld({ now: '2026-03-01T10:10Z', awsBehind: 3 * HOUR, silentAws: true });
  await world.report('requests', 40, blue);
  world.aws.setSilent(false);
  await world.wait(30 * 60_000);
  await world.report('requests', 2, red);
  await world.wait(HOUR);
  expect(billByTags(world)).toEqual({ 'team=blue': 40, 'team=red': 2 });
  expect(world.check().findings).toEqual([]);
});

test('what tag sets are owed in the shadow is written off with the carry', async () => {
  const dimensions = [sumOf('requests', { per: quantity.of(1000) })];
  const world = await startWorld({ now: '2026-03-01T10:10Z', dimensions, policies: { mode: 'shadow' } });
  await world.report('requests', 1900, blue);
  await world.advanceTo('11:20');
  expect(world.line('requests', 10)).toMatchObject({ state: 'shadow', quantity: '1' });
  expect(world.check().findings).toEqual([]);
  await world.restartWith({ policies: { mode: 'send' } });
  expect(world.check().findings).toEqual([]);
  await world.report('requests', 900, red);
  await world.report('requests', 200);
  await world.advanceTo('12:20');
  expect(billByTags(world)).toEqual({ 'team=red': 1 });
});

test('a last carry that is rounded up goes to whoever is owed most, and is a credit afterwards', async () => {
  const dimensions = [sumOf('requests', { per: quantity.of(1000) })];
  const world = await startWorld({ now: '2026-03-01T10:10Z', dimensions, policies: { lastCarry: 'ceil' } });
  await world.report('requests', 100, blue);
  await world.report('requests', 300, red);
  await world.flush();
  expect(billByTags(world)).toEqual({ 'team=red': 1 });
  expect(world.check().findings).toEqual([]);
  await world.report('requests', 700, blue);
  await world.advanceTo('12:20');
  expect(world.check().findings).toEqual([]);
  expect(billByTags(world)).toEqual({ 'team=red': 1 });
});
