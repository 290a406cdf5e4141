import { expect, test } from '@jest/globals';
import { beginAt, fromEnvironment, makeFastClock, makeFastScheduler, toEnvironment } from '../../src/demo/fastTime.ts';

const RATE = 10_000;
const START = Date.parse('2026-03-01T10:00:00Z');

test('the two clocks go equally fast, from the time that was said', async () => {
  const time = beginAt(START, RATE);
  const clock = makeFastClock(time);
  const before = { wall: clock.wall(), monotonic: clock.monotonic() };
  expect(before.wall).toBeGreaterThanOrEqual(START);
  await makeFastScheduler(time).sleep(500_000);
  const after = { wall: clock.wall(), monotonic: clock.monotonic() };
  const [wall, monotonic] = [after.wall - before.wall, after.monotonic - before.monotonic];
  // Timers may fire a millisecond early.
  expect(wall).toBeGreaterThanOrEqual(500_000 - RATE);
  // Read one after the other, the machine may have been busy in between.
  expect(Math.abs(wall - monotonic)).toBeLessThan(500_000);
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
