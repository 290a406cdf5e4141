import assert from 'node:assert/strict';
import type { Scenario } from '../scenario.ts';
import { HOUR, startWorld } from '../world.ts';

const MINUTE = 60_000;
const HOURS = 24;

/** UTC days on which a zone sets its clocks (Lord Howe at two of the 5th by its own time), and a zone whose hours begin at the half of UTC's. */
const DAYS = [
  ['America/New_York', '2026-03-08'],
  ['Australia/Lord_Howe', '2026-04-04'],
  ['Asia/Kolkata', '2026-07-01'],
  ['America/New_York', '2026-11-01'],
] as const;

/** One in the last millisecond of every hour of the day, a hundred in the first. */
const wholeDay = async (zone: string, day: string): Promise<void> => {
  await using world = await startWorld(`${day}T00:00:10Z`, { zone });
  const start = Date.parse(`${day}T00:00:00Z`);
  for (let hour = 0; hour < HOURS; hour += 1) {
    const begins = start + hour * HOUR;
    await world.pass(begins + 10_000 - world.clock.now());
    await world.report('requests', 100, { timestamp: new Date(begins).toISOString() });
    await world.pass(begins + 57 * MINUTE - world.clock.now());
    const last = await world.report('requests', 1, { timestamp: new Date(begins + HOUR - 1).toISOString() });
    assert.deepEqual([last.accepted, last.late], [1, 0]);
  }
  await world.advanceUntil('the last hour is sent', () => Object.keys(world.books.bill()).length === HOURS);
  assert.deepEqual(
    world.books.bill(),
    Object.fromEntries(
      Array.from({ length: HOURS }, (_, hour) => [`${day}T${String(hour).padStart(2, '0')}Z requests`, 101]),
    ),
  );
  assert.equal(await world.end('SIGTERM'), 0);
  assert.equal(world.meterings().length, HOURS);
};

export const WHOLE_DAYS: readonly Scenario[] = DAYS.map(([zone, day]) => ({
  name: `O06 a day in TZ=${zone} (${day}) has 24 hours of UTC, each with its last and its first millisecond`,
  play: () => wholeDay(zone, day),
}));
