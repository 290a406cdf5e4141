import type { Millis } from '../../core/time/hour.ts';
import type { Scheduler } from '../../ports.ts';
import { everyMinute } from './everyMinute.ts';

/** Longer delays overflow a timer, which then fires at once. */
const LONGEST_DELAY: Millis = 2 ** 31 - 1;

const sleep = (delay: Millis, signal?: AbortSignal): Promise<void> => {
  if (signal?.aborted === true) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, Math.min(Math.max(0, delay), LONGEST_DELAY));
    signal?.addEventListener('abort', end, { once: true });
  });
};

/** Real timers. node-cron is loaded with the first `everyMinute`, since the gate does not need it. */
export const makeScheduler = (): Scheduler => ({
  sleep,
  everyMinute,
  // The check phase comes after all that was read from sockets in this turn.
  afterTurn: (task) => void setImmediate(task),
});
