import { expect, test } from '@jest/globals';
import type { Clock } from '../../src/agent/ports.ts';
import { beginAt, fromEnvironment, makeFastClock, makeFastScheduler, toEnvironment } from '../../src/demo/fastTime.ts';

const RATE = 10_000;
const START = Date.parse('2026-03-01T10:00:00Z');

/** The wall, and what the monotonic clock showed just before and just after it. */
const look = (clock: Clock) => ({ before: clock.monotonic(), wall: clock.wall(), after: clock.monotonic() });

test('the two clocks go equally fast, from the time that was said', async () => {
  const time = beginAt(START, RATE);
  const clock = makeFastClock(time);
  const first = look(clock);
  expect(first.wall).toBeGreaterThanOrEqual(START);
  await makeFastScheduler(time).sleep(500_000);
  const second = look(clock);
  const passed = second.wall - first.wall;
  // A real millisecond each for a timer that fires early and for a wall that is cut to whole milliseconds.
  expect(passed).toBeGreaterThanOrEqual(500_000 - RATE);
  expect(passed).toBeGreaterThanOrEqual(second.before - first.after - RATE);
  expect(passed).toBeLessThanOrEqual(second.after - first.before + RATE);
});

test('another process that is told the time has the same', () => {
  const time = beginAt(START, RATE);
  expect(fromEnvironment(toEnvironment(time))).toEqual(time);
  expect(() => fromEnvironment({})).toThrow('npm run demo');
});

test('a minute of it wakes again and again, until it is stopped', async () => {
  const { everyMinute, sleep } = makeFastScheduler({ rate: RATE });
  let wakes = 0;
  const seen = Promise.withResolvers<void>();
  const ticks = everyMinute(() => {
    wakes += 1;
    if (wakes === 3) seen.resolve();
  });
  await seen.promise;
  ticks.stop();
  await sleep(600_000);
  expect(wakes).toBe(3);
});
