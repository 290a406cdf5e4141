import type { Config } from '../../../core/configuration/config.ts';
import { endOf, type Hour, hourOf, MINUTE, type Millis, startOf } from '../../../core/time/hour.ts';
import type { Clock } from '../../../ports.ts';
import type { Store } from './store.ts';

/** The file's share of the bound at which the window begins to shrink. */
const CROWDED = 3 / 4;

/** The share at which ids are kept in tables of an hour each, so that the window can shrink in small steps when it must. */
const FILLING = 1 / 2;

/** How long ids are known. */
export type DedupeWindow = {
  /** Reads in a file that was just opened since when all ids are known. */
  readonly learn: (store: Pick<Store, 'meta'>) => void;
  /** The window in force, in ms; asked for with every request, also while the disk fails. */
  readonly length: () => Millis;
  /**
   * Forgets ids beyond the window; a crowded file shrinks it, never below `least`. Within a transaction. `hour` is AWS's: a
   * wall clock that is set ahead for a minute must not make us forget what we know.
   */
  readonly forget: (store: Store, hour: Hour) => void;
};

export const makeDedupeWindow = (
  { maxBytes, dedupe: { keep, least } }: Config['ledger'],
  clock: Clock,
): DedupeWindow => {
  /** The hour since which all ids are known, when some were forgotten early for want of room, or lost. */
  let shrunkTo: Hour | undefined;
  return {
    learn: ({ meta }) => {
      const since = meta.get('ids_since');
      shrunkTo = since === undefined ? undefined : (Number(since) as Hour);
    },
    length: () => (shrunkTo === undefined ? keep : Math.max(MINUTE, Math.min(keep, clock.wall() - startOf(shrunkTo)))),
    forget: ({ ids, meta, database }, hour) => {
      const now = endOf(hour);
      ids.beFine(database.bytes() > maxBytes * FILLING);
      ids.date(hour);
      ids.forgetBefore(hourOf(now - keep));
      const floor = hourOf(now - least);
      for (let ends = ids.oldestEnds(); ends !== undefined && ends <= floor; ends = ids.oldestEnds()) {
        if (database.bytes() <= maxBytes * CROWDED) break;
        ids.forgetBefore(ends);
        shrunkTo = ends;
        meta.set('ids_since', String(ends));
      }
    },
  };
};
