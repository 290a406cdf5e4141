import type { Definition } from '../../../core/usage/definition.ts';
import type { Database } from '../disk/database.ts';
import { type Awake, makeAwake } from './awake.ts';
import { type Ids, makeIds } from './ids.ts';
import { type Meta, makeMeta } from './meta.ts';
import { makeOpenHours, type OpenHours } from './openHours.ts';
import { makeRecords, type Records } from './records.ts';
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
  /** The product that usage counts for now; undefined where a dead ledger is only looked into. */
  readonly product: string | undefined;
};

export const makeStore = (
  database: Database,
  { resource, product }: { readonly resource: string; readonly product: string | undefined },
  definitions: ReadonlyMap<string, Definition>,
): Store => {
  const { db } = database;
  const tagShares = makeTagShares(db);
  const records = makeRecords(db, resource, makeTotals(db), tagShares);
  return {
    database,
    meta: makeMeta(db),
    ids: makeIds(db),
    openHours: makeOpenHours(db, definitions, makeTallies(db), tagShares, records.isTaken),
    records,
    tagShares,
    awake: makeAwake(db, resource),
    product,
  };
};
