import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import 'node-cron';
import { everyMinute } from '../../../src/agent/io/schedule/everyMinute.ts';

const START = Date.parse('2026-03-01T10:00:30.500Z');

beforeEach(() => {
  jest.useFakeTimers({ now: START });
});
afterEach(() => {
  jest.useRealTimers();
});

/** The moments of waking as seconds since the start, by the fake wall. */
const watch = async () => {
  const woken: number[] = [];
  const ticking = everyMinute(() => woken.push(Math.round((Date.now() - START) / 1_000)));
  // node-cron is loaded on first use.
  await jest.advanceTimersByTimeAsync(0);
  await import('node-cron');
  return { woken, ...ticking };
};

test('wakes at each full minute, and no more once stopped', async () => {
  const { woken, stop } = await watch();
  await jest.advanceTimersByTimeAsync(3 * 60_000);
  expect(woken).toEqual([30, 90, 150]);
  stop();
  await jest.advanceTimersByTimeAsync(10 * 60_000);
  expect(woken).toHaveLength(3);
});

test('a tick that comes late wakes all the same, once however many minutes are gone', async () => {
  const { woken, stop } = await watch();
  await jest.advanceTimersByTimeAsync(40_000);
  // The machine slept for an hour and some: the wall has moved, no timer has.
  jest.setSystemTime(Date.now() + 3_620_000);
  await jest.advanceTimersByTimeAsync(55_000);
  expect(woken).toHaveLength(2);
  stop();
});

test('a wall set back by an hour does not silence it', async () => {
  const { woken, stop } = await watch();
  await jest.advanceTimersByTimeAsync(40_000);
  expect(woken).toHaveLength(1);
  jest.setSystemTime(Date.now() - 3_600_000);
  await jest.advanceTimersByTimeAsync(10 * 60_000);
  expect(woken.length).toBeGreaterThanOrEqual(8);
  stop();
});
