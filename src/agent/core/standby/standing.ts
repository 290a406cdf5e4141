import { withFix } from '../errors.ts';
import { endOf, format, hourOf, type Instant } from '../time/hour.ts';
import type { LeaseTrouble } from './leaseTrouble.ts';
import { covers, type Term } from './term.ts';

/** How one replica stands: `leader` takes reports, `elected` will from the next hour on, `standby` is there in case. */
export type Role = 'leader' | 'elected' | 'standby';

/** A time in which the API server did not let the Lease be read or written; `until` undefined: it goes on. */
export type Gap = { readonly since: Instant; readonly until: Instant | undefined; readonly trouble: LeaseTrouble };

/** What a replica knows of the election. */
export type Election = {
  /** Our own term; of one that is over nothing is left but that its hours were ours. */
  readonly term: Term | undefined;
  /** Whether the Lease said, when it was read last, that we hold it. */
  readonly isHolder: boolean;
  /** Who holds it, as it was read last; undefined before it was read, empty when nobody does. */
  readonly holder: string | undefined;
  readonly gap: Gap | undefined;
};

export const AT_START: Election = { term: undefined, isHolder: false, holder: undefined, gap: undefined };

/** `now`: AWS's time; undefined while it is not known, and then nobody leads. */
export const roleOf = ({ term, isHolder }: Election, now: Instant | undefined): Role => {
  if (term !== undefined && now !== undefined && covers(term, now)) return 'leader';
  return isHolder && term !== undefined && now !== undefined && term.from > hourOf(now) ? 'elected' : 'standby';
};

const stoppedBy = ({ gap }: Election): string | undefined =>
  gap === undefined || gap.until !== undefined ? undefined : gap.trouble.reason;

/** Why this replica takes no reports; undefined when it does. */
export const whyNot = (election: Election, now: Instant | undefined): string | undefined => {
  const { term, holder } = election;
  if (now === undefined) return "AWS's time is not known, and hours go by it";
  switch (roleOf(election, now)) {
    case 'leader':
      return undefined;
    case 'elected':
      return `this replica leads from ${format(term?.from ?? hourOf(now))} on; the hour before it belongs to another one`;
    case 'standby':
      break;
  }
  const trouble = stoppedBy(election);
  if (trouble !== undefined) return `this replica cannot tell whether it leads. ${trouble}`;
  if (holder === undefined) return 'this replica has not read the Lease yet';
  return holder === '' ? 'nobody holds the Lease yet' : `this replica stands by; ${holder} holds the Lease`;
};

/** As `whyNot`, for probes, which anybody may ask: it names nobody, and nothing that the API server said. */
export const whyNotInPublic = (election: Election, now: Instant | undefined): string | undefined => {
  if (now !== undefined && roleOf(election, now) === 'leader') return undefined;
  if (now !== undefined && roleOf(election, now) === 'elected') return 'elected: leads from the next hour on';
  return now === undefined || stoppedBy(election) !== undefined
    ? 'standby: whether it leads is not known at the moment'
    : 'standby: another replica leads';
};

/** What a person should look at, if anything. */
export const warningOf = (election: Election, now: Instant | undefined): string | undefined => {
  const { gap, term } = election;
  if (gap === undefined || gap.until !== undefined) return undefined;
  const consequence =
    term !== undefined && roleOf(election, now) === 'leader'
      ? `this replica leads until ${new Date(endOf(term.through)).toISOString()} at most`
      : 'this replica takes no reports';
  return withFix(`since ${new Date(gap.since).toISOString()} ${gap.trouble.reason}; ${consequence}`, gap.trouble.fix);
};
