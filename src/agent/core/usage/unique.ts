import { DAY, HOUR, type Hour, hourOf, startOf } from '../time/hour.ts';

/** Within what a thing counts once. */
export type Within = 'hour' | 'day' | 'month';

/** So many things of one dimension are told apart within a period; more are not counted, since nobody could tell them from known ones. */
export const MOST_SIGHTINGS = 1_000_000;

/** The hour that ends the period (UTC) in which this hour lies: the first one that is not in it. */
export const endOfPeriod = (within: Within, hour: Hour): Hour => {
  const date = new Date(startOf(hour));
  switch (within) {
    case 'hour':
      return (hour + 1) as Hour;
    case 'day':
      return ((Math.floor(hour / (DAY / HOUR)) + 1) * (DAY / HOUR)) as Hour;
    case 'month':
      return hourOf(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1));
    default:
      return within satisfies never;
  }
};
