import type { Answer } from '../sending/answer.ts';
import { type Instant, MINUTE, type Millis, SECOND } from './hour.ts';

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

/** Whether the machine slept, or somebody set the clock, between two looks. */
export const isJump = (before: Reading, after: Reading): boolean =>
  Math.abs(after.wall - before.wall - (after.monotonic - before.monotonic)) > JUMP;

/** Looks at the local clocks again: undefined when they no longer agree and AWS has to be heard anew. */
export const look = (time: AwsTime, reading: Reading): AwsTime | undefined =>
  isJump(time.seen, reading) ? undefined : { ...time, seen: reading };

/** Whole milliseconds: a monotonic clock may count fractions. */
export const nowOf = ({ said }: AwsTime, { monotonic }: Reading): Instant =>
  Math.floor(said.date + (monotonic - said.monotonic));

/** A Date that is this far from where AWS's time should be is one answer's word against another's: AWS is asked once more. */
const LEAP: Millis = MINUTE;

export const isLeap = (known: Instant, date: Instant): boolean => Math.abs(date - known) > LEAP;

/** A Date and the monotonic count at which it was first heard. */
export type Heard = { readonly date: Instant; readonly monotonic: Millis };

/** A clock that says whole seconds says another one after this long. */
const TICK: Millis = 5 * SECOND;

/** Whether a Date was heard before at a time so far back that no running clock can say it now: something on the way keeps it. */
export const stands = (before: Heard | undefined, date: Instant, monotonic: Millis): boolean =>
  before?.date === date && monotonic - before.monotonic > TICK;

/** AWS takes a signature whose time is within five minutes of its own (IAM user guide, "Signature Version 4"). */
const SIGNED_WITHIN: Millis = 5 * MINUTE;

/**
 * When AWS gave an answer: its Date. Without one, that AWS took our signature says how wrong the wall can be at most; the
 * early end is taken, so that no hour ends too soon. A refusal without a Date may be for that very reason, and says nothing.
 */
export const timeOf = (answer: Answer<unknown>, wall: Instant): Instant | undefined => {
  if (answer.kind === 'ok') return answer.date ?? wall - SIGNED_WITHIN;
  return answer.kind === 'refusal' ? answer.date : undefined;
};
