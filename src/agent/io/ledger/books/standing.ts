import type { DatabaseSync } from 'node:sqlite';
import type { Standing } from '../../../core/configuration/standing.ts';
import { format, type Hour } from '../../../core/time/hour.ts';
import * as quantity from '../../../core/usage/quantity.ts';
import { makeMeta } from '../rows/meta.ts';
import { optional } from '../rows/values.ts';
import { overviewOf } from './overview.ts';

/** What the ledger holds that a new configuration could touch. */
export const standingOf = (db: DatabaseSync, bytes: number): Standing => {
  const { get } = makeMeta(db);
  const { open, dimensions } = overviewOf(db);
  const definition = db.prepare('SELECT definition FROM open_hour WHERE dimension = ? AND hour = ?');
  const newest = db.prepare(
    `SELECT definition FROM (SELECT definition, hour FROM open_hour WHERE dimension = ?1
     UNION ALL SELECT definition, hour FROM record WHERE dimension = ?1) ORDER BY hour DESC LIMIT 1`,
  );
  const carrier = db.prepare('SELECT product FROM carry_product WHERE dimension = ?');
  return {
    product: get('product'),
    mode: get('mode'),
    bytes,
    open: open.map(({ dimension, hour, counted, moved }) => ({
      dimension,
      hour: format(hour),
      definition: String(definition.get(dimension, hour)?.['definition']),
      counted: quantity.format(counted),
      moved: quantity.format(moved),
    })),
    unsettled: db
      .prepare(
        `SELECT dimension, hour, product, quantity FROM record WHERE state IN ('sending', 'waiting') ORDER BY hour, dimension`,
      )
      .all()
      .map((row) => ({
        dimension: String(row['dimension']),
        hour: format(Number(row['hour']) as Hour),
        product: String(row['product']),
        quantity: String(row['quantity']),
      })),
    dimensions: dimensions.map(({ name, carry, held }) => ({
      name,
      carry: quantity.format(carry),
      product: optional(carrier.get(name)?.['product']),
      held: quantity.format(held),
      definition: optional(newest.get(name)?.['definition']),
    })),
  };
};
