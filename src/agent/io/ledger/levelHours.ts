import { HOUR, type Hour, type Instant, startOf } from '../../core/time/hour.ts';
import type { Meter } from '../../core/usage/kinds.ts';
import { makeBuckets } from './append.ts';
import { makeCounting } from './counting.ts';
import type { Store } from './rows/store.ts';

/** Counts what the levels of averages have come to up to now, in the hours in which they were held. Within a transaction. */
export const countLevels = (store: Store, now: Instant, only?: string): void => {
  const buckets = makeBuckets(store.openHours);
  makeCounting(store, buckets.add).countLevels(now, only);
  buckets.write();
};

/** A dimension that is no average any more has no level. */
export const forgetStrangeLevels = ({ database: { db }, definitions, levels }: Store): void => {
  for (const { dimension } of db.prepare('SELECT dimension FROM level').all()) {
    if (definitions.get(String(dimension))?.meter !== 'average') levels.forget(String(dimension));
  }
};

/** How each dimension was metered at the last start, by name. */
const METERS = 'meters';

/** A dimension that was metered otherwise until now: what its counters grew by meanwhile has been counted in that way. */
export const restartStrangeSeries = ({ meta, definitions, series }: Store, now: Instant): void => {
  const before: ReadonlyMap<string, Meter> = new Map(JSON.parse(meta.get(METERS) ?? '[]'));
  const after = new Map(before);
  for (const [dimension, { meter }] of definitions) {
    if (meter === 'counter' && (before.get(dimension) ?? meter) !== meter) series.restart(now, dimension);
    after.set(dimension, meter);
  }
  meta.set(METERS, JSON.stringify([...after]));
};

/** AWS's window is six hours; a little more does no harm. */
const KEPT = 8;

/** Forgets what no report of an hour that can still be sent asks for. Lives are dated by the wall, which may be behind. */
export const forgetOldUsage = ({ levels, sightings }: Store, hour: Hour, wall: Instant): void => {
  levels.lived.forgetBefore(Math.min(startOf(hour), wall) - KEPT * HOUR);
  sightings.forgetBefore((hour - KEPT) as Hour);
};
