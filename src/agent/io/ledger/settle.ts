import type { Outcome } from '../../core/record/outcome.ts';
import { isUnsettled, type WholeRecord } from '../../core/record/record.ts';
import { NO_SHARES, type Shares, write } from '../../core/tags/shares.ts';
import { type Hour, type Instant, next } from '../../core/time/hour.ts';
import { write as writeDefinition } from '../../core/usage/definition.ts';
import type { Freezing, Frozen } from '../../core/usage/freeze.ts';
import { KINDS } from '../../core/usage/kinds.ts';
import { rawPerUnit } from '../../core/usage/meter.ts';
import * as quantity from '../../core/usage/quantity.ts';
import { noteCarryProduct } from './rows/carryProduct.ts';
import type { StoredHour } from './rows/openHours.ts';
import type { StoredRecord } from './rows/records.ts';
import type { Store } from './rows/store.ts';
import { taggedSharesOf } from './rows/tagShares.ts';
import { decimalOf } from './rows/values.ts';

const hold = (
  { database }: Store,
  { dimension, hour, definition }: Pick<StoredHour, 'dimension' | 'hour' | 'definition'>,
  units: quantity.Quantity,
  shares: Shares,
  reason: string,
): void => {
  if (quantity.isZero(units)) return;
  database.db
    .prepare('INSERT INTO held (dimension, hour, units, reason, shares, definition) VALUES (?, ?, ?, ?, ?, ?)')
    .run(
      dimension,
      hour,
      quantity.format(units),
      reason,
      shares.size === 0 ? null : write(shares),
      writeDefinition(definition),
    );
};

/** Units of one product are never billed under another: where the hours to come belong to another one, a person decides. */
const withinProduct = ({ product }: Store, record: StoredRecord, outcome: Outcome): Outcome =>
  outcome.units.to !== 'move' || product === undefined || record.product === product
    ? outcome
    : {
        state: 'quarantined',
        doubt: outcome.doubt,
        units: { to: 'stay' },
        reason: `it is usage of product ${record.product}, and the configuration has another one now`,
      };

/** Brings a record into the state that was decided, and its units to where they are from now on. Within a transaction. */
export const settle = (store: Store, record: StoredRecord, decided: Outcome, firstHour: Hour, at: Instant): void => {
  const { openHours, records } = store;
  const outcome = withinProduct(store, record, decided);
  const { dimension } = record;
  if (outcome.state === 'receipted') {
    openHours.setConflicts(dimension, 0);
    openHours.setLastReceipt(dimension, record.token);
  }
  if (outcome.state === 'conflict') openHours.setConflicts(dimension, openHours.conflictsOf(dimension) + 1);
  let movedTo: Hour | undefined;
  const shares = (): Shares => taggedSharesOf(records.allocationsOf(record.token));
  if (outcome.units.to === 'move' && !quantity.isZero(record.quantity)) {
    const wanted = Math.max(outcome.units.hour, firstHour) as Hour;
    movedTo = openHours.moveIn(dimension, wanted, record.quantity, record.origin, record.definition, shares());
  }
  if (outcome.units.to === 'hold') hold(store, record, record.quantity, shares(), outcome.reason ?? '');
  if (outcome.units.to === 'itself') movedTo = record.hour;
  records.change(record.token, {
    state: outcome.state,
    doubt: outcome.doubt,
    movedTo,
    reason: outcome.reason,
    settledAt: isUnsettled(outcome.state) ? undefined : at,
  });
  if (outcome.units.to === 'itself') records.insertUntagged(record, at);
};

/** Notes an hour that only added to the carry, so that an export shows where its reports went. */
const fold = ({ database: { db } }: Store, open: StoredHour, { own, carry }: Frozen): void => {
  const { dimension, hour, counted, reports, definition, carried } = open;
  const before = db.prepare('SELECT * FROM folded WHERE dimension = ? AND hour = ?').get(dimension, hour);
  const plus = (column: string, more: quantity.Quantity): string =>
    quantity.format(quantity.add(decimalOf(before?.[column]), more));
  db.prepare('INSERT OR REPLACE INTO folded VALUES (?, ?, ?, ?, ?, ?)').run(
    dimension,
    hour,
    plus('counted', counted),
    Number(before?.['reports'] ?? 0) + reports,
    plus('own', own),
    plus(
      'spent',
      KINDS[definition.meter].adds ? quantity.multiply(own, rawPerUnit(definition)) : quantity.subtract(carried, carry),
    ),
  );
};

/**
 * Makes a record of an hour, or folds its count into the carry when there is nothing to send. Within a transaction.
 * Answers the record, in state `sending` unless something else was decided.
 */
export const freezeHour = (
  store: Store,
  open: StoredHour,
  { frozen, instead }: Freezing,
  firstHour: Hour,
  at: Instant,
): WholeRecord | undefined => {
  const { openHours, records } = store;
  const { dimension, hour, definition } = open;
  openHours.remove(dimension, hour);
  const { toNext, held, balances } = frozen.tagged ?? { toNext: NO_SHARES, held: NO_SHARES, balances: NO_SHARES };
  openHours.setCarry(dimension, frozen.carry, balances);
  noteCarryProduct(store, dimension, definition.product);
  hold(store, open, frozen.held, held, 'above maxPerHour');
  const leave = (): void => {
    if (quantity.isZero(frozen.toNext)) return;
    if (store.product !== undefined && store.product !== definition.product) {
      hold(store, open, frozen.toNext, toNext, 'more than one record can say, and the next hour is of another product');
      return;
    }
    openHours.moveIn(dimension, next(hour), frozen.toNext, open.origin, definition, toNext);
  };
  if (frozen.record === undefined) {
    leave();
    if (open.reports > 0 || !quantity.isZero(open.counted) || !quantity.isZero(frozen.own)) fold(store, open, frozen);
    return undefined;
  }
  const record = records.insert(
    open,
    frozen,
    instead === undefined ? { state: 'sending', doubt: false } : { state: 'waiting', doubt: false },
    instead === undefined ? 1 : 0,
    at,
  );
  leave();
  if (instead !== undefined) settle(store, record, { ...instead, doubt: false }, firstHour, at);
  return records.readWhole(record.token);
};
