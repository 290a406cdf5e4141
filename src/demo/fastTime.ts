import { type Instant, MINUTE } from '../agent/core/time/hour.ts';
import { makeScheduler } from '../agent/io/schedule/scheduler.ts';
import type { Clock, Scheduler } from '../agent/ports.ts';

/** Time that runs `rate` times as fast: it was `start` when the machine's clock showed `since` (both in ms). */
export type FastTime = { readonly start: Instant; readonly since: Instant; readonly rate: number };

/** The variable that tells every process of the demo the same time. */
const NAME = 'DEMO_TIME';

/** The machine's wall, in fractions of a millisecond, and with the same source as the monotonic clock beside it. */
const machine = (): Instant => performance.timeOrigin + performance.now();

/** From now on. */
export const beginAt = (start: Instant, rate: number): FastTime => ({ start, since: machine(), rate });

export const toEnvironment = (time: FastTime): Readonly<Record<string, string>> => ({ [NAME]: JSON.stringify(time) });

/** Throws when the process was not started by the demo. */
export const fromEnvironment = (env: Readonly<Record<string, string | undefined>>): FastTime => {
  const text = env[NAME];
  if (text === undefined) throw new Error('this is a part of the demo: start it by "npm run demo"');
  return JSON.parse(text) as FastTime;
};

export const makeFastClock = ({ start, since, rate }: FastTime): Clock => ({
  wall: () => Math.floor(start + (machine() - since) * rate),
  monotonic: () => performance.now() * rate,
});

/** Waits the faster time out. A tick a minute comes from a timer of our own, since cron knows the machine's minutes only. */
export const makeFastScheduler = ({ rate }: Pick<FastTime, 'rate'>): Scheduler => {
  const { sleep, afterTurn } = makeScheduler();
  return {
    sleep: (delay, signal) => sleep(delay / rate, signal),
    everyMinute: (wake) => {
      const timer = setInterval(wake, MINUTE / rate);
      return { stop: () => clearInterval(timer) };
    },
    afterTurn,
  };
};
