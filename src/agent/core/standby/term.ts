import { format, type Hour, hourOf, type Instant, parse } from '../time/hour.ts';

/**
 * The hours that one replica may count. Terms of different replicas never share an hour, whatever their clocks say: each
 * is written in the Lease, and a new one begins behind the end of the last.
 */
export type Term = {
  readonly from: Hour;
  /** The last hour claimed so far, `from - 1` while there is none. Its holder claims one more shortly before it ends. */
  readonly through: Hour;
};

/** The term has the hour of this instant. */
export const covers = (term: Term, now: Instant): boolean => {
  const hour = hourOf(now);
  return term.from <= hour && hour <= term.through;
};

/** Annotations of the Lease that hold a term, since its own fields know seconds and not hours. */
export const ANNOTATIONS = { from: 'tollgate/leads-from', through: 'tollgate/leads-through' } as const;

type Annotations = Readonly<Record<string, string>>;

export const writeTerm = ({ from, through }: Term): Annotations => ({
  [ANNOTATIONS.from]: format(from),
  [ANNOTATIONS.through]: format(through),
});

/** The term in the annotations of a Lease: undefined where none is, `unreadable` where somebody else wrote there. */
export const readTerm = (annotations: Annotations): Term | undefined | 'unreadable' => {
  const [first, last] = [annotations[ANNOTATIONS.from], annotations[ANNOTATIONS.through]];
  if (first === undefined && last === undefined) return undefined;
  const [from, through] = [parse(first ?? ''), parse(last ?? '')];
  return from === undefined || through === undefined || through < from - 1 ? 'unreadable' : { from, through };
};
