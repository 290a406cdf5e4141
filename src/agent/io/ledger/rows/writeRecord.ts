import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Body, GENESIS, type RecordState } from '../../../core/record/record.ts';
import type { Hour, Instant } from '../../../core/time/hour.ts';
import { type Definition, write as writeDefinition } from '../../../core/usage/definition.ts';
import * as quantity from '../../../core/usage/quantity.ts';
import type { Totals } from './totals.ts';

/** What may change of a record after it is frozen. */
export type RecordChange = {
  readonly state: RecordState;
  readonly doubt: boolean;
  readonly movedTo?: Hour | undefined;
  readonly reason?: string | undefined;
  readonly settledAt?: Instant | undefined;
};

/** All that is written of a new record. */
type NewRow = Omit<Body, 'allocations'> & {
  readonly token: string;
  readonly origin: Hour;
  readonly definition: Definition;
  readonly reports: number;
  readonly first: RecordChange;
  readonly attempts: number;
  readonly at: Instant;
  readonly version: 1 | 2;
} & Readonly<Record<'counted' | 'carriedIn' | 'carriedOut' | 'movedIn' | 'own' | 'toNext' | 'held', quantity.Quantity>>;

const lastOf = (db: DatabaseSync): StatementSync =>
  db.prepare('SELECT token, serial FROM record ORDER BY serial DESC LIMIT 1');

/** The token of the newest record: the next one's is made of it. */
export const previousTokenIn = (db: DatabaseSync): (() => string) => {
  const last = lastOf(db);
  return () => String(last.get()?.['token'] ?? GENESIS);
};

/** Adds a record to the end of the chain. */
export const makeRecordWriter = (db: DatabaseSync, totals: Totals) => {
  const last = lastOf(db);
  const insert = db.prepare(`INSERT INTO record VALUES (${Array.from({ length: 31 }, () => '?').join(', ')})`);
  return (row: NewRow): void => {
    const before = last.get();
    insert.run(
      row.token,
      String(before?.['token'] ?? GENESIS),
      Number(before?.['serial'] ?? 0) + 1,
      row.resource,
      row.product,
      row.dimension,
      row.hour,
      row.origin,
      row.timestamp,
      writeDefinition(row.definition),
      quantity.format(row.counted),
      row.reports,
      quantity.format(row.carriedIn),
      quantity.format(row.carriedOut),
      quantity.format(row.movedIn),
      quantity.format(row.own),
      quantity.format(row.toNext),
      quantity.format(row.held),
      quantity.format(row.quantity),
      row.decimals,
      row.first.state,
      row.first.doubt ? 1 : 0,
      row.attempts,
      null,
      null,
      null,
      row.first.movedTo ?? null,
      row.first.reason ?? null,
      row.at,
      row.first.settledAt ?? null,
      row.version,
    );
    totals.add(row.dimension, row.first.state, row.quantity);
  };
};
