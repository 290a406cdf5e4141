import assert from 'node:assert/strict';
import { sent } from '../../../test/wire/support/books.ts';
import { eventually } from '../../../test/wire/support/program.ts';
import type { Scenario } from '../scenario.ts';
import { startWorld } from '../world.ts';

const threeHours = async (): Promise<void> => {
  await using world = await startWorld('2027-03-01T10:05:00Z');
  await world.report('requests', 40);
  await world.advanceTo('10:58');
  await world.report('requests', 2);
  await world.report('users', 5);
  await world.advanceTo('11:20', 60_000);
  await world.report('requests', 7);
  await world.advanceTo('13:10');
  await world.report('users', 1);
  await world.advanceTo('14:20');
  assert.deepEqual(world.books.bill(), {
    '2027-03-01T10Z requests': 42,
    '2027-03-01T10Z users': 5,
    '2027-03-01T11Z requests': 7,
    '2027-03-01T13Z users': 1,
  });
  assert.equal(world.meterings().length, 4, 'one call for each hour and dimension with usage, and none more');
  for (const request of world.meterings())
    assert.equal(new Date(sent(request).Timestamp * 1000).toISOString().slice(14), '59:59.000Z');
  assert.equal(await world.end('SIGTERM'), 0);
  assert.equal(world.meterings().length, 4);
};

const lastHourOfTheMonth = async (): Promise<void> => {
  await using world = await startWorld('2026-12-31T23:10:00Z');
  await world.report('requests', 9);
  await world.advanceTo('23:59', 60_000);
  await world.advanceUntil('the hour is sent', () => world.meterings().length > 0);
  assert.ok(world.clock.now() < Date.parse('2027-01-01T00:08:00Z'), new Date(world.clock.now()).toISOString());
  assert.deepEqual(world.books.bill(), { '2026-12-31T23Z requests': 9 });
  const [only] = world.meterings();
  assert.ok(only !== undefined && sent(only).Timestamp * 1000 < Date.parse('2027-01-01T00:00:00Z'));
};

const lateReports = async (): Promise<void> => {
  await using world = await startWorld('2027-03-01T10:30:00Z');
  await world.report('requests', 1);
  await world.advanceTo('11:01');
  const before = await world.report('requests', 2, { timestamp: '2027-03-01T10:59:59.999Z' });
  assert.deepEqual([before.accepted, before.late], [1, 0]);
  const zoned = await world.report('requests', 4, { timestamp: '2027-03-01T16:10:00+05:30' });
  assert.deepEqual([zoned.accepted, zoned.late], [1, 0]);
  await world.advanceTo('11:20');
  const after = await world.report('requests', 8, { timestamp: '2027-03-01T10:31:00Z' });
  assert.equal(after.late, 1);
  await world.advanceTo('12:20');
  assert.deepEqual(world.books.bill(), { '2027-03-01T10Z requests': 7, '2027-03-01T11Z requests': 8 });
};

const sameIdOverTheEdge = async (): Promise<void> => {
  await using world = await startWorld('2027-03-01T10:50:00Z');
  await world.report('requests', 3, { id: 'only once' });
  await world.advanceTo('10:59');
  assert.equal((await world.report('requests', 3, { id: 'only once' })).duplicates, 1);
  assert.equal(await world.end('SIGKILL'), null);
  await world.begin();
  assert.equal((await world.report('requests', 3, { id: 'only once' })).duplicates, 1);
  await world.advanceTo('11:01');
  assert.equal((await world.report('requests', 3, { id: 'only once' })).duplicates, 1);
  await world.advanceTo('12:30');
  assert.equal((await world.report('requests', 3, { id: 'only once' })).duplicates, 1);
  await world.advanceTo('13:30');
  assert.deepEqual(world.books.bill(), { '2027-03-01T10Z requests': 3 });
};

const carriedParts = async (): Promise<void> => {
  const dimensions = { requests: { meter: 'sum', per: 1000 }, users: { meter: 'sum' } };
  await using world = await startWorld('2027-03-01T10:05:00Z', { tree: { dimensions } });
  await world.report('requests', 1_700);
  await world.advanceTo('11:20');
  await world.report('requests', 600);
  await world.advanceTo('12:20');
  assert.deepEqual(world.books.bill(), { '2027-03-01T10Z requests': 1, '2027-03-01T11Z requests': 1 });
};

const ticksThatNeverCame = async (): Promise<void> => {
  await using world = await startWorld('2027-03-01T10:05:00Z');
  await world.report('requests', 7);
  await world.pass(Date.parse('2027-03-01T10:59:50Z') - world.clock.now());
  await world.report('requests', 1);
  await world.standStill(Date.parse('2027-03-01T11:20:00Z'));
  const since = world.clock.now();
  await eventually('hour 10 is sent', () => world.meterings().length > 0);
  assert.ok(world.clock.now() - since < 60_000, `sent ${world.clock.now() - since} ms after it went on`);
  await world.report('requests', 5);
  // A loop that is blocked for five seconds over a tick.
  await world.pass(Date.parse('2027-03-01T12:01:57Z') - world.clock.now());
  await world.standStill(Date.parse('2027-03-01T12:02:02Z'));
  await world.advanceTo('12:20', 60_000);
  assert.deepEqual(world.books.bill(), { '2027-03-01T10Z requests': 8, '2027-03-01T11Z requests': 5 });
  assert.equal(world.meterings().length, 2);
};

const veryFirstHour = async (): Promise<void> => {
  const start = '2027-03-01T10:59:30Z';
  await using world = await startWorld(start);
  await world.report('requests', 3);
  await world.pass(Date.parse('2027-03-01T11:00:35Z') - world.clock.now());
  await world.report('requests', 5);
  assert.equal(await world.end('SIGTERM'), 0);
  assert.deepEqual(world.books.bill(), { '2027-03-01T10Z requests': 3, '2027-03-01T11Z requests': 5 });
  assert.equal(world.meterings().length, 2);
  for (const request of world.meterings()) assert.ok(sent(request).Timestamp * 1000 >= Date.parse(start));
};

export const HOURS: readonly Scenario[] = [
  {
    name: 'each closed hour is sent once, with its own quantity, and an open one never',
    play: threeHours,
  },
  {
    name: 'O07 the last hour of a month is sent within minutes, with a Timestamp inside the month',
    play: lastHourOfTheMonth,
  },
  { name: 'a late report counts in its own hour until that is frozen, then in the open one', play: lateReports },
  { name: 'O01 the same id counts once across a kill, a restart and two edges of the hour', play: sameIdOverTheEdge },
  {
    name: 'O43 stopped from 10:59:50 to 11:20:00, then for 5 s over a tick: each hour sent once, the first within a minute',
    play: ticksThatNeverCame,
  },
  {
    name: 'O45 started half a minute before an hour, ended half a minute into it: two hours, none stamped before the start',
    play: veryFirstHour,
  },
  { name: 'parts of a unit are carried into the next hour', play: carriedParts },
];
