import assert from 'node:assert/strict';
import { no } from '../../../test/support/scriptedAws.ts';
import { makeRandom, newSeed } from '../../../test/wire/support/random.ts';
import type { Scenario } from '../scenario.ts';
import { startWorld } from '../world.ts';

const START = '2027-03-01T10:03:00Z';
const HOURS = 9;
const TEN_MINUTES = 600_000;

/** Nine hours of wild weather: answers lost before and after the record was stored, throttles, errors, kills and restarts. */
const soak = async (seed: number, stops: boolean): Promise<void> => {
  const random = makeRandom(seed);
  await using world = await startWorld(START);
  world.weather((request, books) => books.wild(request, random()));
  const expected: Record<string, number> = {};
  const totals: Record<string, number> = { requests: 0, users: 0 };
  const end = Date.parse(START) + HOURS * 6 * TEN_MINUTES;
  while (world.clock.now() < end) {
    for (let count = Math.floor(random() * 4); count > 0; count -= 1) {
      const dimension = random() < 0.7 ? 'requests' : 'users';
      const quantity = 1 + Math.floor(random() * 50);
      await world.report(dimension, quantity);
      totals[dimension] = (totals[dimension] ?? 0) + quantity;
      const hour = `${new Date(world.clock.now()).toISOString().slice(0, 13)}Z ${dimension}`;
      expected[hour] = (expected[hour] ?? 0) + quantity;
    }
    const fate = random();
    if (fate < 0.12) await world.end('SIGKILL');
    else if (stops && fate < 0.2) await world.end('SIGTERM');
    if (fate < 0.12 || (stops && fate < 0.2)) await world.begin();
    await world.pass(TEN_MINUTES * (0.2 + random()));
  }
  world.weather((request, books) => books.store(request));
  const hint = `TOLLGATE_SEED=${seed}`;
  const isWhole = (): boolean =>
    Object.entries(totals).every(([dimension, total]) => world.books.total(dimension) >= total);
  // The last hour has to end first, and after a stop in mid-hour the next one too; after throttles the pace is slow.
  await world.pass(6 * TEN_MINUTES);
  for (let minutes = 0; minutes < 90 && !isWhole(); minutes += 1) await world.pass(TEN_MINUTES / 10);
  for (const [dimension, total] of Object.entries(totals)) {
    assert.equal(world.books.total(dimension), total, `${dimension}, ${hint}\n${await world.unsettled()}`);
  }
  if (!stops) assert.deepEqual(world.books.bill(), expected, hint);
};

const conflict = async (): Promise<void> => {
  await using world = await startWorld('2027-03-01T10:05:00Z');
  let first = true;
  world.weather((request, books) => {
    if (!first) return books.store(request);
    first = false;
    return no('DuplicateRequestException');
  });
  await world.report('requests', 4);
  await world.advanceTo('11:20');
  await world.report('requests', 6);
  await world.advanceTo('13:20');
  assert.equal(world.books.total('requests'), 10);
  assert.deepEqual(world.books.bill(), { '2027-03-01T11Z requests': 10 });
};

export const SOAK: readonly Scenario[] = [
  ...[newSeed(), newSeed()].map((seed) => ({
    name: `nine wild hours with kills: billed to the unit and the hour (TOLLGATE_SEED=${seed})`,
    play: () => soak(seed, false),
  })),
  ...[newSeed(), newSeed()].map((seed) => ({
    name: `nine wild hours with kills and stops: billed to the unit (TOLLGATE_SEED=${seed})`,
    play: () => soak(seed, true),
  })),
  { name: 'O09 an hour that AWS holds with another quantity: ours moves to a later hour, once', play: conflict },
];
