import type { Millis } from '../../../core/time/hour.ts';
import type { Definition } from '../../../core/usage/definition.ts';
import type { Database } from '../disk/database.ts';
import { type Awake, makeAwake } from './awake.ts';
import { type Ids, makeIds, spanOf } from './ids.ts';
import { type Latest, makeLatest } from './latest.ts';
import { type Levels, makeLevels } from './levels.ts';
import { type Meta, makeMeta } from './meta.ts';
import { makeOpenHours, type OpenHours } from './openHours.ts';
import { makeRecords, type Records } from './records.ts';
import { type AllSeries, makeSeries } from './series.ts';
import { makeSightings, type Sightings } from './sightings.ts';
import { makeTagShares, type TagShares } from './tagShares.ts';
import { makeTallies } from './tallies.ts';
import { makeTotals } from './totals.ts';

/** Everything that is prepared on one open database; made anew when it is reopened or a transaction was thrown away. */
export type Store = {
  readonly database: Database;
  readonly meta: Meta;
  readonly ids: Ids;
  readonly openHours: OpenHours;
  readonly records: Records;
  readonly tagShares: TagShares;
  readonly awake: Awake;
  readonly series: AllSeries;
  readonly levels: Levels;
  readonly latest: Latest;
  readonly sightings: Sightings;
  /** How each configured dimension is metered now. */
  readonly definitions: ReadonlyMap<string, Definition>;
  /** The product that usage counts for now; undefined where a dead ledger is only looked into. */
  readonly product: string | undefined;
};

export const makeStore = (
  database: Database,
  {
    resource,
    product,
    keepIds,
  }: { readonly resource: string; readonly product: string | undefined; readonly keepIds: Millis },
  definitions: ReadonlyMap<string, Definition>,
): Store => {
  const { db } = database;
  const tagShares = makeTagShares(db);
  const records = makeRecords(db, resource, makeTotals(db), tagShares);
  const meta = makeMeta(db);
  const latest = makeLatest(db);
  const sightings = makeSightings(db);
  return {
    database,
    meta,
    ids: makeIds(db, spanOf(keepIds)),
    openHours: makeOpenHours(db, {
      definitions,
      tallies: makeTallies(db),
      tagShares,
      latest,
      sightings,
      records,
      meta,
    }),
    records,
    tagShares,
    awake: makeAwake(db, resource),
    series: makeSeries(db, meta),
    levels: makeLevels(db),
    latest,
    sightings,
    definitions,
    product,
  };
};
