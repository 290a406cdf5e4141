import { HOUR, type Instant } from '../time/hour.ts';

/** Whether a time that we keep can be true: one that lies further ahead of AWS's was written while a clock was wrong. */
export const isPlausible = (kept: Instant, now: Instant | undefined): boolean =>
  now === undefined || kept <= now + HOUR;

/**
 * Whether a report is not newer than what is known already. The reporter's own time decides; where it gave none, reports are
 * in the order of their arrival. A kept time that cannot be true holds nobody up.
 */
export const isBehind = (
  { at, dated }: { readonly at: Instant; readonly dated: boolean },
  known: Instant,
  now: Instant | undefined,
): boolean => dated && at <= known && isPlausible(known, now);
