import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { TollgateError } from '../../../core/errors.ts';
import { EXIT } from '../../../core/exitCode.ts';
import { NO_SHARES, read as readShares, type Shares } from '../../../core/tags/shares.ts';
import { format, type Hour } from '../../../core/time/hour.ts';
import { type Definition, read as readDefinition } from '../../../core/usage/definition.ts';
import * as quantity from '../../../core/usage/quantity.ts';
import type { Store } from '../rows/store.ts';
import { decimalOf } from '../rows/values.ts';
import { notFound } from './notFound.ts';

/** Units go out with hours to come, and those are of the product that is configured now. */
export const mustBeOurs = ({ product }: Store, ofWhich: string, what: string): void => {
  if (product === undefined || product === ofWhich) return;
  throw new TollgateError(
    'ledger_other_product',
    `${what} is usage of product ${ofWhich}, and hours to come are billed under ${product}`,
    {
      remedy:
        'nothing was changed; bill it by other means, or let an agent with the old product code hold the ledger and repeat this',
      exitCode: EXIT.usage,
    },
  );
};

const nothingHeld = (db: DatabaseSync, dimension: string, hour: Hour): TollgateError => {
  const gone = db
    .prepare('SELECT units, released_to FROM held WHERE hour = ? AND dimension = ? AND released_to IS NOT NULL')
    .all(hour, dimension);
  const [last] = gone;
  if (last !== undefined) {
    const units = quantity.format(quantity.sum(gone.map((row) => decimalOf(row['units']))));
    return notFound(
      `${units} units of ${dimension} in ${format(hour)} were released already, to ${format(Number(last['released_to']) as Hour)}`,
      'there is nothing left to do',
    );
  }
  const known = db.prepare('SELECT 1 FROM dimension WHERE name = ?').get(dimension) !== undefined;
  return known
    ? notFound(`nothing is held of ${dimension} in ${format(hour)}`, 'see "tollgate status" for what is held')
    : notFound(`the ledger knows no dimension ${dimension}`, 'names are those of the listing, and case matters');
};

/** How held units were metered; old ledgers say it of the hour's record alone. */
const heldAs = (
  db: DatabaseSync,
  dimension: string,
  hour: Hour,
  rows: readonly Record<string, SQLOutputValue>[],
): Definition => {
  const own = rows.find((row) => row['definition'] !== null)?.['definition'];
  const frozen = db
    .prepare('SELECT definition FROM record WHERE dimension = ? ORDER BY hour = ? DESC, hour DESC LIMIT 1')
    .get(dimension, hour)?.['definition'];
  return readDefinition(String(own ?? frozen));
};

/** Lets held units of an hour go, within a transaction: they count in the open hour. Answers them. */
export const releaseHeld = (store: Store, hour: Hour, dimension: string, openHour: Hour) => {
  const { db } = store.database;
  const rows = db
    .prepare('SELECT id, units, shares, definition FROM held WHERE hour = ? AND dimension = ? AND released_to IS NULL')
    .all(hour, dimension);
  const series = store.series.free(dimension, hour);
  if (rows.length === 0 && series > 0) return { units: '0', to: format(openHour), series };
  if (rows.length === 0) throw nothingHeld(db, dimension, hour);
  const units = quantity.sum(rows.map((row) => decimalOf(row['units'])));
  const definition = heldAs(db, dimension, hour, rows);
  mustBeOurs(store, definition.product, `what is held of ${dimension} in ${format(hour)}`);
  const shares = rows
    .map((row) => (row['shares'] === null ? NO_SHARES : readShares(String(row['shares']))))
    .reduce<Shares>((all, more) => quantity.addEach(all, more), NO_SHARES);
  const to = store.openHours.moveIn(dimension, openHour, units, hour, definition, shares);
  for (const row of rows) db.prepare('UPDATE held SET released_to = ? WHERE id = ?').run(to, Number(row['id']));
  return { units: quantity.format(units), to: format(to), series };
};
