import { type Hour, hourOf, type Instant, type Millis, next, SECOND } from '../time/hour.ts';
import type { Term } from './term.ts';

/** The Lease as it was read last. */
export type Lease = {
  /** The holder's identity; empty: nobody holds it. */
  readonly holder: string;
  readonly term: Term | undefined;
  /** How long it holds without being renewed. */
  readonly duration: Millis;
};

/** What one replica knows at one moment. */
export type LeaseView = {
  readonly lease: Lease;
  readonly me: string;
  /** AWS's time, by which hours begin and end. */
  readonly now: Instant;
  /** For how long we have seen the Lease as it is now, by our own monotonic clock. Clocks of others are not believed. */
  readonly unchangedFor: Millis;
  /** Our own term, as the Lease had it when we last knew that we hold it. */
  readonly held: Term | undefined;
  /** The last hour that anybody was ever seen to claim: a Lease that was made anew does not know it any more. */
  readonly seen: Hour | undefined;
};

export type Decision =
  /** Nobody holds the Lease any more: write ourselves in, with this term. */
  | { readonly kind: 'acquire'; readonly term: Term }
  /** It is ours: write that we are alive, with this term. */
  | { readonly kind: 'renew'; readonly term: Term }
  /** Another one holds it. */
  | { readonly kind: 'wait' }
  /** It was ours, and another one holds it now: what our term had in it stays ours, and no more is added. */
  | { readonly kind: 'stepDown' };

/** The next hour is claimed so long before it begins: long enough for some tries, short enough that hardly anybody dies in it. */
export const AHEAD: Millis = 5 * SECOND;

/** The hour that may be claimed now. */
const claimable = (now: Instant): Hour => hourOf(now + AHEAD);

const max = (...hours: readonly Hour[]): Hour => Math.max(...hours) as Hour;

const extended = ({ from, through }: Term, now: Instant): Term => ({ from, through: max(through, claimable(now)) });

/** A term behind everything that was ever claimed; it has no hour yet where that is beyond what may be claimed now. */
const after = (claimed: Hour | undefined, now: Instant): Term => {
  const from = claimed === undefined ? hourOf(now) : max(next(claimed), hourOf(now));
  return { from, through: max((from - 1) as Hour, claimable(now)) };
};

/**
 * What to do about the Lease. Pure. Safe whatever clocks, pauses and networks do, as long as each write of the Lease names
 * the version that it was decided on: terms only grow while they are held, and a new one begins behind the last.
 */
export const decideLease = ({ lease, me, now, unchangedFor, held, seen }: LeaseView): Decision => {
  const { holder, term } = lease;
  if (holder === me) {
    const own = term ?? held;
    return { kind: 'renew', term: own === undefined ? after(seen, now) : extended(own, now) };
  }
  if (holder === '' || unchangedFor >= lease.duration) {
    if (term !== undefined) return { kind: 'acquire', term: after(term.through, now) };
    // Made anew while it was ours, and nobody has led since: we go on.
    const isOurs = held !== undefined && held.through === seen;
    return { kind: 'acquire', term: isOurs ? extended(held, now) : after(seen, now) };
  }
  return { kind: held === undefined ? 'wait' : 'stepDown' };
};

/** The term to leave behind when we go: what is claimed and was not begun is given back. `counted`: the last hour that we counted in. */
export const givenBack = ({ from, through }: Term, counted: Hour): Term => ({
  from,
  through: max((from - 1) as Hour, Math.min(through, counted) as Hour),
});
