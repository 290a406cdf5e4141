import assert from 'node:assert/strict';
import { no } from '../../../test/support/scriptedAws.ts';
import { sent } from '../../../test/wire/support/books.ts';
import type { Scenario } from '../scenario.ts';
import { startWorld, type Weather, type World } from '../world.ts';

const TEN_MINUTES = 600_000;

const THROTTLED: Weather = () => no('ThrottlingException');
const FAIR: Weather = (request, books) => books.store(request);

/** Usage in every hour of a stretch: 10 in the first, 20 in the second and so on. */
const useHours = async (world: World, first: number, count: number): Promise<void> => {
  for (let index = 0; index < count; index += 1) {
    await world.advanceTo(`${first + index}:30`);
    await world.report('requests', 10 * (index + 1));
    await world.report('users', index + 1);
  }
};

const EVERY_HOUR = (first: number, count: number): Record<string, number> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      [`2027-03-01T${first + index}Z requests`, 10 * (index + 1)],
      [`2027-03-01T${first + index}Z users`, index + 1],
    ]).flat(),
  );

const lostAnswer = async (): Promise<void> => {
  await using world = await startWorld('2027-03-01T10:05:00Z');
  const answers: Weather[] = [
    (request, books) => books.lose(request),
    () => no('InternalServiceErrorException', 500),
    THROTTLED,
    () => ({ do: 'half' }),
  ];
  world.weather((request, books) => (answers.shift() ?? FAIR)(request, books));
  await world.report('requests', 12);
  await world.advanceTo('11:13');
  await world.advanceUntil('the record is receipted', () => world.meterings().length === 5);
  await world.advanceTo('12:30');
  assert.deepEqual(world.books.bill(), { '2027-03-01T10Z requests': 12 });
  assert.equal(world.meterings().length, 5);
  assert.equal(await world.end('SIGTERM'), 0);
};

const threeHoursAway = (name: string, away: Weather): Scenario => ({
  name: `three hours of ${name} are delivered under their own hours`,
  play: async () => {
    await using world = await startWorld('2027-03-01T10:05:00Z');
    world.weather(away);
    await useHours(world, 10, 3);
    await world.advanceTo('13:20');
    assert.equal(world.books.total('requests'), 0);
    world.weather(FAIR);
    await world.advanceUntil('all is delivered', () => Object.keys(world.books.bill()).length === 6);
    assert.deepEqual(world.books.bill(), EVERY_HOUR(10, 3));
    assert.equal(await world.end('SIGTERM'), 0);
  },
});

const throttledToTheEdge = async (): Promise<void> => {
  await using world = await startWorld('2027-03-01T10:05:00Z');
  world.weather(THROTTLED);
  await useHours(world, 10, 5);
  await world.advanceTo('15:30');
  await world.advanceTo('15:45', 30_000);
  world.weather(FAIR);
  await world.advanceTo('16:30', 30_000);
  assert.deepEqual(world.books.bill(), EVERY_HOUR(10, 5));
};

const throttledBeyondTheEdge = async (): Promise<void> => {
  await using world = await startWorld('2027-03-01T10:05:00Z');
  world.weather(THROTTLED);
  await useHours(world, 10, 7);
  await world.advanceTo('17:30');
  world.weather(FAIR);
  await world.advanceTo('19:30');
  assert.equal(world.books.total('requests'), 10 + 20 + 30 + 40 + 50 + 60 + 70);
  assert.equal(world.books.total('users'), 1 + 2 + 3 + 4 + 5 + 6 + 7);
  const bill = world.books.bill();
  for (const [index, hour] of [12, 13, 14].entries())
    assert.equal(bill[`2027-03-01T${hour}Z requests`], 10 * (index + 3), `hour ${hour}`);
  assert.equal(bill['2027-03-01T10Z requests'], undefined);
  assert.equal(await world.end('SIGTERM'), 0);
};

const refusedDimension = async (): Promise<void> => {
  await using world = await startWorld('2027-03-01T10:05:00Z');
  world.weather((request, books) =>
    sent(request).UsageDimension === 'requests' ? no('InvalidUsageDimensionException') : books.store(request),
  );
  await useHours(world, 10, 3);
  await world.advanceTo('13:20');
  assert.equal(world.books.total('users'), 6);
  assert.equal(world.books.total('requests'), 0);
  world.weather(FAIR);
  await world.advanceTo('13:45', 60_000);
  assert.deepEqual(world.books.bill(), EVERY_HOUR(10, 3));
};

const killedInTheOutage = async (): Promise<void> => {
  await using world = await startWorld('2027-03-01T10:05:00Z');
  let calls = 0;
  world.weather((request, books) => {
    calls += 1;
    return calls % 2 === 0 ? books.lose(request) : { do: 'reset' };
  });
  await useHours(world, 10, 2);
  await world.advanceTo('12:15');
  await world.end('SIGKILL');
  world.clock.moveTo(Date.parse('2027-03-01T13:40:00Z'));
  await world.begin();
  world.weather(FAIR);
  await world.advanceTo('14:00', 60_000);
  assert.deepEqual(world.books.bill(), EVERY_HOUR(10, 2));
  assert.equal(await world.end('SIGTERM'), 0);
};

const termInTheMiddle = async (): Promise<void> => {
  await using world = await startWorld('2027-03-01T10:05:00Z');
  world.weather(THROTTLED);
  await useHours(world, 10, 2);
  await world.advanceTo('12:20');
  await world.report('requests', 5);
  world.weather(FAIR);
  assert.equal(await world.end('SIGTERM'), 0);
  assert.deepEqual(world.books.bill(), { ...EVERY_HOUR(10, 2), '2027-03-01T12Z requests': 5 });
};

const notEntitledForAWhile = async (): Promise<void> => {
  await using world = await startWorld('2027-03-01T10:05:00Z');
  world.weather(() => no('AccessDeniedException', 403));
  await useHours(world, 10, 3);
  await world.advanceTo('13:20');
  assert.ok(
    world.meterings().length < 60,
    `a refusal for all is probed, not stormed: ${world.meterings().length} calls`,
  );
  world.weather(FAIR);
  await world.advanceTo('13:40', 60_000);
  assert.deepEqual(world.books.bill(), EVERY_HOUR(10, 3));
};

/** The last hours of a year, in which nobody can reach AWS until four. */
const awayOverTheMonthsEnd = async (): Promise<void> => {
  await using world = await startWorld('2026-12-31T21:10:00Z');
  await world.report('requests', 1);
  await world.advanceTo('22:20', TEN_MINUTES);
  await world.aws.leave();
  await world.report('requests', 10);
  await world.advanceTo('23:50', TEN_MINUTES);
  await world.report('requests', 100);
  await world.advanceTo('1+04:00', TEN_MINUTES);
  await world.aws.comeBack();
  await world.advanceUntil('the last hour is delivered', () => world.books.total('requests') >= 101);
  await world.advanceTo('1+05:00', TEN_MINUTES);
  await world.advanceUntil('what has moved is delivered', () => world.books.total('requests') >= 111);
  assert.deepEqual(world.books.bill(), {
    '2026-12-31T21Z requests': 1,
    '2026-12-31T23Z requests': 100,
    '2027-01-01T03Z requests': 10,
  });
  const moves = world
    .log()
    .split('\n')
    .filter((line) => line.includes('movedTo'));
  assert.equal(moves.length, 1, world.log());
  const { hour, movedTo, quantity } = JSON.parse(moves[0] ?? '') as Record<string, string>;
  assert.deepEqual([hour, movedTo, quantity], ['2026-12-31T22Z', '2027-01-01T03Z', '10']);
};

export const OUTAGES: readonly Scenario[] = [
  { name: 'an hour whose answer was lost, then trouble of every kind: equal bytes, billed once', play: lostAnswer },
  threeHoursAway('lost connections', () => ({ do: 'reset' })),
  threeHoursAway('server errors', () => no('InternalServiceErrorException', 500)),

  { name: 'throttled for 5 h 45 min: every hour delivered whole, under itself', play: throttledToTheEdge },
  { name: 'throttled for 7 h 30 min: what is too old moves, and the total is whole', play: throttledBeyondTheEdge },
  {
    name: 'a dimension that AWS refuses does not hold the other, and comes in when it is mended',
    play: refusedDimension,
  },
  { name: 'killed within an outage and back 90 minutes later: billed once', play: killedInTheOutage },
  { name: 'SIGTERM in the middle: closed hours and the open one go out, 0', play: termInTheMiddle },
  {
    name: 'O07 refused connections over the end of a month until 04:00: each hour under itself, or moved by a line that names both',
    play: awayOverTheMonthsEnd,
  },
  { name: 'access denied for three hours: probed slowly, then delivered whole', play: notEntitledForAWhile },
];
