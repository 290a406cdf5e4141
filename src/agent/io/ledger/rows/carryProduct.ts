import * as quantity from '../../../core/usage/quantity.ts';
import type { Store } from './store.ts';

/** Notes whose usage the carry of a dimension is from now on. Within a transaction. */
export const noteCarryProduct = ({ database: { db } }: Store, dimension: string, product: string): void => {
  db.prepare('INSERT OR REPLACE INTO carry_product VALUES (?, ?)').run(dimension, product);
};

/**
 * What an hour of this product must not find: less than a unit of another product's usage, left over by its hours. It is
 * written off, since nobody will ever bill the rest of that unit. Within a transaction.
 */
export const writeOffForeignCarry = (
  { database: { db }, openHours }: Store,
  dimension: string,
  product: string | undefined,
): void => {
  if (product === undefined || quantity.isZero(openHours.carryOf(dimension))) return;
  const owner = db.prepare('SELECT product FROM carry_product WHERE dimension = ?').get(dimension)?.['product'];
  if (owner !== undefined && owner !== product) openHours.writeOffCarry(dimension);
};
