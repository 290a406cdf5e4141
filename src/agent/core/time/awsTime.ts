import { type Instant, MINUTE, type Millis } from './hour.ts';

/**
 * AWS's time: the Date of AWS's last answer plus what the monotonic clock has counted since. It alone decides whether an
 * hour is over and how old it is; the wall clock may be anything.
 */
export type AwsTime = {
  /** What AWS said, and the monotonic count at that moment. */
  readonly said: { readonly date: Instant; readonly monotonic: Millis };
  /** Both local clocks at the last look, to notice a suspend or a jump. */
  readonly seen: { readonly wall: Instant; readonly monotonic: Millis };
};

/** Local clocks that drift apart by more than this between two looks say that the machine slept or somebody set the clock. */
const JUMP: Millis = MINUTE;

export type Reading = { readonly wall: Instant; readonly monotonic: Millis };

export const heard = (date: Instant, { wall, monotonic }: Reading): AwsTime => ({
  said: { date, monotonic },
  seen: { wall, monotonic },
});

/** Looks at the local clocks again: undefined when they no longer agree and AWS has to be heard anew. */
export const look = (time: AwsTime, reading: Reading): AwsTime | undefined => {
  const wall = reading.wall - time.seen.wall;
  const monotonic = reading.monotonic - time.seen.monotonic;
  return Math.abs(wall - monotonic) > JUMP ? undefined : { ...time, seen: reading };
};

/** Whole milliseconds: a monotonic clock may count fractions. */
export const nowOf = ({ said }: AwsTime, { monotonic }: Reading): Instant =>
  Math.floor(said.date + (monotonic - said.monotonic));
