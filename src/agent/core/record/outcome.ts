import type { Config } from '../configuration/config.ts';
import type { Meaning } from '../sending/meterAnswers.ts';
import { edgeOf, format, HOUR, type Hour, hourOf, type Instant, startOf } from '../time/hour.ts';
import type { RecordState } from './record.ts';

/** What the vendor chose for records of which something is unsure. */
export type Policies = Pick<Config['metering'], 'onDoubt' | 'onConflict' | 'moveAtMost'>;

/** A stored record, as far as an outcome depends on it. */
export type Judged = {
  readonly hour: Hour;
  /** The oldest hour whose units are in it. */
  readonly origin: Hour;
  readonly doubt: boolean;
  /** How many hours of the dimension before this one ended in a conflict, in a row. */
  readonly conflictsBefore: number;
  /** Whether it has allocations. */
  readonly tagged?: boolean;
};

/**
 * What becomes of a record. `units`: where its units are from now on, when they leave it; `itself` is a second record of the
 * same hour, without allocations.
 */
export type Outcome = {
  readonly state: RecordState;
  readonly doubt: boolean;
  readonly units:
    | { readonly to: 'stay' }
    | { readonly to: 'hold' }
    | { readonly to: 'itself' }
    | { readonly to: 'move'; readonly hour: Hour };
  readonly reason?: string;
};

const STAY = { to: 'stay' } as const;

/** After so many conflicts in a row on one dimension somebody else is metering it: our units wait for a person. */
const CONFLICTS_UNTIL_HELD = 3;

/** Doubt is sticky: only a receipt or a DuplicateRequestException clears it, any answer that may have followed a stored record sets it. */
const doubtAfter = (before: boolean, stored: Meaning['stored']): boolean => {
  switch (stored) {
    case 'yes':
    case 'another':
      return false;
    case 'no':
      return before;
    case 'maybe':
    case 'unknowable':
      return true;
    default:
      return stored satisfies never;
  }
};

/** The end of a record whose hour AWS takes no more. In doubt it is never moved, unless the vendor chose so by name. */
export const expire = (
  { hour, origin, doubt }: Pick<Judged, 'hour' | 'origin' | 'doubt'>,
  atEdge: Meaning['atEdge'],
  policies: Policies,
  now: Instant,
): Outcome => {
  const target = hourOf(now);
  const quarantined = (reason: string): Outcome => ({ state: 'quarantined', doubt, units: STAY, reason });
  if (doubt && policies.onDoubt === 'quarantine') {
    return quarantined('AWS may have it: the window closed before an answer came');
  }
  if (!doubt && atEdge === 'quarantine') return quarantined('the window closed while AWS refused it');
  if (startOf(target) - startOf(origin) > policies.moveAtMost) {
    return quarantined(`its usage is older than metering.moveAtMost (${policies.moveAtMost / HOUR} h)`);
  }
  return {
    state: 'moved',
    doubt,
    units: { to: 'move', hour: target },
    reason: `the window of ${format(hour)} closed before AWS took it`,
  };
};

const conflict = ({ conflictsBefore }: Judged, { onConflict }: Policies, now: Instant): Outcome => {
  const reason = 'AWS holds another quantity for this hour';
  if (onConflict === 'quarantine') return { state: 'quarantined', doubt: false, units: STAY, reason };
  const hold = onConflict === 'hold' || conflictsBefore + 1 >= CONFLICTS_UNTIL_HELD;
  return {
    state: 'conflict',
    doubt: false,
    units: hold ? { to: 'hold' } : { to: 'move', hour: hourOf(now) },
    reason,
  };
};

/** What an attempt's answer makes of its record. `now` is AWS's time. */
export const outcomeOf = (judged: Judged, meaning: Meaning, policies: Policies, now: Instant): Outcome => {
  const doubt = doubtAfter(judged.doubt, meaning.stored);
  switch (meaning.stored) {
    case 'yes':
      return { state: 'receipted', doubt, units: STAY };
    case 'another':
      return conflict(judged, policies, now);
    case 'unknowable':
      return { state: 'held', doubt, units: STAY, reason: 'its ClientToken was used with other content' };
    case 'no':
    case 'maybe':
      if (meaning.next === 'giveUp' || now >= edgeOf(judged.hour)) {
        return expire({ ...judged, doubt }, meaning.atEdge, policies, now);
      }
      // The one case in which an hour has two bodies: the first is certainly not stored, and never will be.
      if (meaning.next === 'untag' && !doubt && judged.tagged === true) {
        return {
          state: 'moved',
          doubt,
          units: { to: 'itself' },
          reason: 'AWS refused its tags: it goes again without',
        };
      }
      return { state: 'waiting', doubt, units: STAY };
    default:
      return meaning.stored satisfies never;
  }
};
