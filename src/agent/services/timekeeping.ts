import type { Answer } from '../core/sending/answer.ts';
import { type AwsTime, heard, look, nowOf } from '../core/time/awsTime.ts';
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
  /** As `now`, asking AWS when it is void. */
  readonly find: () => Promise<Instant | undefined>;
  /** Learns from the Date of an answer. */
  readonly hear: (answer: Answer<unknown>) => void;
  /** How far the wall clock is ahead of AWS's time, in ms; undefined while that is void. */
  readonly offset: () => Millis | undefined;
};

/** AWS is not asked for its time more often than this. */
const REST: Millis = 15 * SECOND;

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
  const reading = () => ({ wall: clock.wall(), monotonic: clock.monotonic() });

  const now = (): Instant | undefined => {
    if (time === undefined) return undefined;
    time = look(time, reading());
    if (time === undefined)
      log.warn('clock jumped', { consequence: 'nothing is frozen until AWS has been heard again' });
    return time === undefined ? undefined : nowOf(time, reading());
  };

  const learn = (date: Instant): void => {
    time = heard(date, reading());
    last = time;
  };

  return {
    now,
    guess: () => now() ?? (last === undefined ? undefined : nowOf(last, reading())),
    find: async () => {
      const known = now();
      if (known !== undefined) return known;
      if (asked !== undefined && clock.monotonic() - asked < REST) return undefined;
      asked = clock.monotonic();
      const date = await ask();
      if (date !== undefined) learn(date);
      return now();
    },
    hear: (answer) => {
      if (answer.kind !== 'ok' && answer.kind !== 'refusal') return;
      // Every HTTP server that has a clock says its time; should an answer of AWS not do so, the wall clock must serve.
      learn(answer.date ?? clock.wall());
    },
    offset: () => {
      const aws = now();
      return aws === undefined ? undefined : clock.wall() - aws;
    },
  };
};
