import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { isUnsettled, type RecordState } from '../../../core/record/record.ts';
import { HOUR, type Hour, type Millis, startOf } from '../../../core/time/hour.ts';
import { read as readDefinition } from '../../../core/usage/definition.ts';
import { KINDS } from '../../../core/usage/kinds.ts';
import { rawPerUnit } from '../../../core/usage/meter.ts';
import * as quantity from '../../../core/usage/quantity.ts';
import type { Meta } from './meta.ts';
import type { Store } from './store.ts';
import { decimalOf } from './values.ts';

/** Where the chain of tokens begins: records up to this one are added up in `past`, but for some that are kept longer. */
export type Cut = { readonly serial: number; readonly token: string };

const CUT = 'cut';
const KEPT_SINCE = 'kept_since';

/** Of hours before this one records may be missing, since they are added up. */
export const keptSince = (meta: Pick<Meta, 'get'>): Hour => Number(meta.get(KEPT_SINCE) ?? 0) as Hour;

export const cutOf = (meta: Pick<Meta, 'get'>): Cut | undefined => {
  const text = meta.get(CUT);
  return text === undefined ? undefined : (JSON.parse(text) as Cut);
};

type Row = Readonly<Record<string, SQLOutputValue>>;

/** What one record, or many, say of their dimension. */
export type PastSums = {
  readonly units: quantity.Quantity;
  readonly own: quantity.Quantity;
  readonly spent: quantity.Quantity;
};

/** The units of a record, and the raw count that went into its own. */
export const sumsOf = (record: Row): PastSums => {
  const definition = readDefinition(String(record['definition']));
  const own = decimalOf(record['own']);
  // Of meters that do not add up only units that went back into the carry touch it.
  const spent = KINDS[definition.meter].adds
    ? quantity.multiply(own, rawPerUnit(definition))
    : quantity.subtract(decimalOf(record['carried_in']), decimalOf(record['carried_out']));
  return { units: decimalOf(record['quantity']), own, spent };
};

/** What a folded hour says, of which no record was made. */
export const sumsOfFolded = (row: Row): PastSums => ({
  units: quantity.ZERO,
  own: decimalOf(row['own']),
  spent: decimalOf(row['spent']),
});

export type PastRow = PastSums & {
  readonly dimension: string;
  readonly state: RecordState | 'folded';
  readonly records: number;
  readonly reports: number;
};

const pastRow = (row: Row): PastRow => ({
  dimension: String(row['dimension']),
  state: String(row['state']) as PastRow['state'],
  units: decimalOf(row['units']),
  own: decimalOf(row['own']),
  spent: decimalOf(row['spent']),
  records: Number(row['records']),
  reports: Number(row['reports']),
});

/** What is kept as sums, by dimension and state. */
export const pastOf = (db: DatabaseSync): readonly PastRow[] =>
  db.prepare('SELECT * FROM past ORDER BY dimension, state').all().map(pastRow);

/** So many rows are looked at within one transaction, so that the loop never waits long. */
const MOST_AT_ONCE = 500;

/**
 * Adds up records and folded hours that are older than `retain`, within a transaction. Records are taken in the order of
 * their chain, so that it stays whole from the cut on. Those that wait for somebody, and the last receipt of a dimension,
 * stay whatever their age; so does the newest record, which the next token is made of. Answers whether there is more to do.
 */
export const addUpPast = ({ database: { db }, meta }: Store, now: Hour, retain: Millis): boolean => {
  const oldest = (now - Math.ceil(retain / HOUR)) as Hour;
  const cut = cutOf(meta) ?? { serial: 0, token: '' };
  const known = db.prepare('SELECT * FROM past WHERE dimension = ? AND state = ?');
  const write = db.prepare('INSERT OR REPLACE INTO past VALUES (?, ?, ?, ?, ?, ?, ?)');
  const lastReceipts = new Set(
    db
      .prepare('SELECT last_receipt FROM dimension WHERE last_receipt IS NOT NULL')
      .all()
      .map((row) => String(row['last_receipt'])),
  );
  const drops = ['record', 'attempt', 'allocation'].map((table) => db.prepare(`DELETE FROM ${table} WHERE token = ?`));
  const newest = Number(db.prepare('SELECT max(serial) AS serial FROM record').get()?.['serial'] ?? 0);

  const add = (row: Row, state: PastRow['state'], { units, own, spent }: PastSums): void => {
    const dimension = String(row['dimension']);
    const found = known.get(dimension, state);
    const before = found === undefined ? undefined : pastRow(found);
    const plus = (a: quantity.Quantity, b: quantity.Quantity | undefined): string =>
      quantity.format(quantity.add(a, b ?? quantity.ZERO));
    write.run(
      dimension,
      state,
      plus(units, before?.units),
      (before?.records ?? 0) + 1,
      (before?.reports ?? 0) + Number(row['reports']),
      plus(own, before?.own),
      plus(spent, before?.spent),
    );
  };

  const isYoung = ({ hour, settled_at: settledAt }: Row): boolean =>
    Number(hour) >= oldest || (settledAt !== null && Number(settledAt) >= startOf(oldest));

  const mayGo = (row: Row): boolean => {
    const state = String(row['state']) as RecordState;
    if (isUnsettled(state) || state === 'quarantined' || state === 'held') return false;
    return !isYoung(row) && !lastReceipts.has(String(row['token']));
  };

  const addUp = (row: Row): void => {
    add(row, String(row['state']) as RecordState, sumsOf(row));
    for (const drop of drops) drop.run(String(row['token']));
  };

  // What was kept longer, and need not be any more.
  for (const row of db.prepare('SELECT * FROM record WHERE serial <= ?').all(cut.serial)) if (mayGo(row)) addUp(row);
  const inOrder = db.prepare(
    `SELECT * FROM record WHERE serial > ? AND serial < ? ORDER BY serial LIMIT ${MOST_AT_ONCE}`,
  );
  const old: Row[] = [];
  // Nearly always the first one is young already.
  for (const row of inOrder.iterate(cut.serial, newest)) {
    if (Number(row['hour']) >= oldest) break;
    old.push(row);
  }
  for (const row of old) if (mayGo(row)) addUp(row);
  const last = old.at(-1);
  if (last !== undefined) {
    meta.set(CUT, JSON.stringify({ serial: last['serial'], token: last['token'] }));
  }
  const folded = db.prepare(`SELECT * FROM folded WHERE hour < ? LIMIT ${MOST_AT_ONCE}`).all(oldest);
  for (const row of folded) {
    add(row, 'folded', sumsOfFolded(row));
    db.prepare('DELETE FROM folded WHERE dimension = ? AND hour = ?').run(
      String(row['dimension']),
      Number(row['hour']),
    );
  }
  db.prepare('DELETE FROM held WHERE hour < ? AND released_to IS NOT NULL AND released_to < ?').run(oldest, oldest);
  db.prepare('DELETE FROM used_hour WHERE hour < ?').run(oldest);
  if (oldest > keptSince(meta)) meta.set(KEPT_SINCE, String(oldest));
  return old.length === MOST_AT_ONCE || folded.length === MOST_AT_ONCE;
};
