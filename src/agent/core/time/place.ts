import { type Hour, next } from './hour.ts';

/** The hour a report counts in; `late`: the one that it names is over for it, so that what is said of that hour alone counts nowhere. */
export type Place = { readonly hour: Hour; readonly late: boolean };

/**
 * A report counts in the hour it names, unless that one is frozen, may not be sent any more, lies before the resource's
 * first hour or later than the next one: then it counts in the dimension's open hour and is late. The open hour itself may be
 * used up by the last flush of an earlier process, or have begun with another meter: then the next free one counts.
 */
export const placeOf = (
  named: Hour,
  { first, oldest, open, taken }: { first: Hour; oldest: Hour; open: Hour; taken: (hour: Hour) => boolean },
): Place => {
  if (named >= first && named >= oldest && named <= next(open) && !taken(named)) return { hour: named, late: false };
  return { hour: firstFree(open, taken), late: named < open };
};

/** The first hour from `from` on that has no record yet. */
export const firstFree = (from: Hour, taken: (hour: Hour) => boolean): Hour => {
  let hour = from;
  while (taken(hour)) hour = next(hour);
  return hour;
};
