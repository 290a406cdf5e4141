import { firstHourOf } from '../../core/time/firstHour.ts';
import { type Hour, hourOf, type Instant, type Millis } from '../../core/time/hour.ts';
import { isGuessed, setFirstHour } from './rows/firstHour.ts';
import type { Store } from './rows/store.ts';

/** What AWS's time says of the hours that a wrong wall has named. */
export type Straightening = {
  readonly first: Hour;
  readonly open: Hour;
  readonly slack: 0 | 1;
  /** For how long the ledger has been ours, where its first hour is one by the wall; else undefined. */
  readonly age: Millis | undefined;
};

const isAstray =
  ({ first, open, slack }: Straightening) =>
  ({ hour }: { readonly hour: Hour }): boolean =>
    hour < first || hour > open + slack;

/** What there is to put right at `now`, AWS's time; undefined where all is as it should be. `age`: how long the ledger has been ours. */
export const toStraighten = (
  { meta, openHours }: Store,
  { now, slack, age, firstHour }: { now: Instant; slack: 0 | 1; age: Millis; firstHour: Hour },
): Straightening | undefined => {
  const open = hourOf(now);
  const guessed = isGuessed(meta);
  const first = Math.min(guessed ? firstHourOf(now, age) : firstHour, open) as Hour;
  const found: Straightening = { first, open, slack, age: guessed ? age : undefined };
  return guessed || first !== firstHour || openHours.list().some(isAstray(found)) ? found : undefined;
};

/** Brings what was counted before the first hour into it, and what lies ahead into the open one. Within a transaction. */
export const straighten = ({ meta, openHours, series }: Store, found: Straightening, wall: Instant): void => {
  const { first, open, age } = found;
  setFirstHour(meta, first, 'aws');
  if (age !== undefined) series.bornAfter(wall - age);
  const astray = openHours.list().filter(isAstray(found));
  // Of a `last` the newest comes first: an older hour says nothing to one that has a level already.
  for (const { dimension, hour } of astray.toReversed()) if (hour < first) openHours.merge(dimension, hour, first);
  for (const { dimension, hour } of astray) if (hour > first) openHours.merge(dimension, hour, open);
};
