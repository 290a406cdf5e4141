import type { MeterRecord } from '../record/record.ts';
import { edgeOf, type Instant, type Millis } from '../time/hour.ts';
import { type Backoff, delayAfter, OUTAGE, RECORD, REFUSED, within } from './backoff.ts';
import { atEdgeAfter, type Meaning } from './meterAnswers.ts';
import { afterSuccess, afterThrottle, type Pace, START } from './pace.ts';

/** Something waits until a monotonic moment, after so many failures in a row. */
export type Rest = { readonly until: Millis; readonly failures: number };

/** A refusal that is the same for all: nothing is sent but one probe at a time. */
export type Pause = Rest & { readonly reason: string; readonly fix: string; readonly atEdge: Meaning['atEdge'] };

/** So many failures in a row, of whatever records, are AWS's or the network's and no matter of one record. */
const OUTAGE_AFTER = 3;

/**
 * What the sender remembers between attempts. It may forget everything: a restart only makes it ask again sooner.
 *
 * - `sending`: what is due goes out, oldest first.
 * - `paused`: the last answer was a refusal for all; one probe at `pause.until` finds out whether it still is.
 * - out: nothing gets through to AWS; one probe at `outage.until` finds out whether it still is so. Else a fleet with hours
 *   of records would call thousands of times a minute for nothing.
 */
export type Sender = {
  readonly pause: Pause | undefined;
  /** Failures in a row that are nobody's refusal; it holds the sender from the third on. */
  readonly outage: Rest | undefined;
  /** Dimensions that AWS refuses by themselves. */
  readonly dimensions: ReadonlyMap<string, Pause>;
  /** Records that failed, by token. */
  readonly records: ReadonlyMap<string, Rest>;
  readonly pace: Pace;
  readonly lastAnswer: string | undefined;
  /** Since when (monotonic) attempts fail for reasons that are AWS's or the network's, without any success between. */
  readonly failingSince: Millis | undefined;
};

export const AT_START: Sender = {
  pause: undefined,
  outage: undefined,
  dimensions: new Map(),
  records: new Map(),
  pace: START,
  lastAnswer: undefined,
  failingSince: undefined,
};

const without = <V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> =>
  new Map([...map].filter(([name]) => name !== key));

/**
 * Whether an answer counts as a failure that may one day end the product, as the vendor chose (metering.whenFailing). A
 * throttle and a missing role never do.
 */
const countsAsFailing = ({ next, atEdge }: Meaning): boolean =>
  next === 'retry' || (next === 'pauseSender' && atEdge === 'quarantine');

/** What the sender remembers after an attempt. `now` is AWS's time, `monotonic` the local count, `fraction` in [0, 1). */
export const after = (
  sender: Sender,
  record: Pick<MeterRecord, 'token' | 'dimension' | 'hour'>,
  { meaning, line }: { readonly meaning: Meaning; readonly line: string },
  { now, monotonic, fraction }: { readonly now: Instant; readonly monotonic: Millis; readonly fraction: number },
): Sender => {
  const { token, dimension, hour } = record;
  const restAfter = (before: Rest | undefined, backoff: Backoff): Rest => {
    const failures = (before?.failures ?? 0) + 1;
    return { failures, until: monotonic + within(delayAfter(backoff, failures, fraction), edgeOf(hour) - now) };
  };
  const outageAfter = (before: Rest | undefined): Rest => {
    const failures = (before?.failures ?? 0) + 1;
    if (failures < OUTAGE_AFTER) return { failures, until: monotonic };
    const delay = delayAfter(OUTAGE, failures - OUTAGE_AFTER + 1, fraction);
    return { failures, until: monotonic + within(delay, edgeOf(hour) - now) };
  };
  const failingSince = countsAsFailing(meaning) ? (sender.failingSince ?? monotonic) : sender.failingSince;
  // Whatever AWS answers for itself, it has been reached.
  const told = { ...sender, outage: undefined, lastAnswer: line, failingSince };
  const pauseFrom = (before: Pause | undefined): Pause => ({
    ...restAfter(before, REFUSED),
    reason: line,
    fix: meaning.fix ?? '',
    atEdge: meaning.atEdge,
  });
  switch (meaning.next) {
    case 'done':
      return {
        pause: undefined,
        outage: undefined,
        dimensions: without(sender.dimensions, dimension),
        records: without(sender.records, token),
        pace: afterSuccess(sender.pace),
        lastAnswer: line,
        failingSince: undefined,
      };
    case 'giveUp':
      return { ...told, pause: undefined, records: without(sender.records, token) };
    case 'retry':
      return {
        ...told,
        pause: undefined,
        outage: outageAfter(sender.outage),
        records: new Map(sender.records).set(token, restAfter(sender.records.get(token), RECORD)),
      };
    case 'renew':
      return {
        ...told,
        pause: undefined,
        records: new Map(sender.records).set(token, restAfter(sender.records.get(token), RECORD)),
      };
    case 'slower':
      // The account's quota is no matter of this record: the pace alone says when the next call may go out.
      return { ...told, pause: undefined, pace: afterThrottle(sender.pace) };
    case 'pauseSender':
      return { ...told, pause: pauseFrom(sender.pause) };
    case 'pauseDimension':
    case 'untag':
      return {
        ...told,
        pause: undefined,
        dimensions: new Map(sender.dimensions).set(dimension, pauseFrom(sender.dimensions.get(dimension))),
      };
    default:
      return meaning.next satisfies never;
  }
};

/** A record that needs no attempt any more needs no rest either. */
export const forget = (sender: Sender, token: string): Sender => ({
  ...sender,
  records: without(sender.records, token),
});

/** Whether this dimension's record may be tried at this moment. */
export const mayTry = (sender: Sender, dimension: string, token: string | undefined, monotonic: Millis): boolean =>
  [
    sender.pause,
    sender.outage,
    sender.dimensions.get(dimension),
    token === undefined ? undefined : sender.records.get(token),
  ].every((rest) => rest === undefined || monotonic >= rest.until);

/**
 * What becomes of an hour without doubt whose window closes now. A refusal that must not be moved holds for it, whether the
 * sender remembers it or, after a restart, only the record's own last answer does.
 */
export const atEdgeOf = (sender: Sender, dimension: string, lastAnswer: string | undefined): Meaning['atEdge'] => {
  const known = [
    sender.pause?.atEdge,
    sender.dimensions.get(dimension)?.atEdge,
    lastAnswer === undefined ? undefined : atEdgeAfter(lastAnswer),
  ];
  return known.includes('quarantine') ? 'quarantine' : 'move';
};
