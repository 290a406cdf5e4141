import type { Answer } from '../core/sending/answer.ts';
import {
  type AwsTime,
  type Heard,
  heard,
  isJump,
  isLeap,
  look,
  nowOf,
  type Reading,
  stands,
  timeOf,
} from '../core/time/awsTime.ts';
import { type Instant, type Millis, SECOND } from '../core/time/hour.ts';
import type { Clock, Log } from '../ports.ts';

/** AWS's time as this process knows it. */
export type Timekeeping = {
  /** AWS's time; undefined while it is void: never heard yet, or the machine slept or was set since. */
  readonly now: () => Instant | undefined;
  /**
   * The best that is known: AWS's time, also while it is void, by the monotonic clock since it was last heard. Behind by
   * as long as the machine slept, so it decides nothing but where usage is counted. Undefined before AWS was ever heard.
   */
  readonly guess: () => Instant | undefined;
  /** As `now`, asking AWS when it is void; but not within `rest` of the last time that it was asked. */
  readonly find: (rest?: Millis) => Promise<Instant | undefined>;
  /** Learns from the Date of an answer. */
  readonly hear: (answer: Answer<unknown>) => void;
  /** How far the wall clock is ahead of AWS's time, in ms; undefined while that is void. */
  readonly offset: () => Millis | undefined;
};

/** AWS is not asked for its time more often than this, while there is time. */
export const REST: Millis = 15 * SECOND;

export const makeTimekeeping = ({
  clock,
  ask,
  log,
}: {
  readonly clock: Clock;
  /** One question whose answer bears AWS's time. */
  readonly ask: () => Promise<Instant | undefined>;
  readonly log: Log;
}): Timekeeping => {
  let time: AwsTime | undefined;
  let last: AwsTime | undefined;
  let asked: Millis | undefined;
  let said: Heard | undefined;
  let seen: Reading | undefined;
  const reading = (): Reading => ({ wall: clock.wall(), monotonic: clock.monotonic() });

  const now = (): Instant | undefined => {
    seen = reading();
    if (time === undefined) return undefined;
    time = look(time, seen);
    if (time === undefined)
      log.warn('clock jumped', { consequence: 'nothing is frozen until AWS has been heard again' });
    return time === undefined ? undefined : nowOf(time, seen);
  };

  /** Believes a Date, unless it stands still, or the machine slept while it was on its way. */
  const learn = (date: Instant, before: Reading | undefined): void => {
    const at = reading();
    if (stands(said, date, at.monotonic)) {
      log.warn('AWS date stands still', {
        date: new Date(date).toISOString(),
        fix: 'a proxy keeps answers: let it pass Marketplace metering on',
      });
      return;
    }
    if (said?.date !== date) said = { date, monotonic: at.monotonic };
    if (before !== undefined && isJump(before, at)) return;
    time = heard(date, at);
    last = time;
  };

  return {
    now,
    guess: () => now() ?? (last === undefined ? undefined : nowOf(last, reading())),
    find: async (rest = REST) => {
      const known = now();
      if (known !== undefined) return known;
      if (asked !== undefined && clock.monotonic() - asked < rest) return undefined;
      asked = clock.monotonic();
      const before = reading();
      const date = await ask();
      if (date !== undefined) learn(date, before);
      return now();
    },
    hear: (answer) => {
      const before = seen;
      const known = now();
      // A known time needs no help of the wall.
      const date = known !== undefined && answer.kind === 'ok' ? answer.date : timeOf(answer, clock.wall());
      if (date === undefined) return;
      if (known === undefined || !isLeap(known, date)) return learn(date, before);
      if (stands(said, date, clock.monotonic())) return;
      // One of two answers is wrong, and neither is better than the other: AWS is asked once more, at once.
      log.warn('AWS time leapt', { by: `${Math.round((date - known) / SECOND)} s`, consequence: 'AWS is asked again' });
      time = undefined;
      asked = undefined;
    },
    offset: () => {
      const aws = now();
      return aws === undefined ? undefined : clock.wall() - aws;
    },
  };
};
