import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { GENESIS, type MeterRecord, type RecordState } from '../../../core/record/record.ts';
import type { Hour, Instant } from '../../../core/time/hour.ts';
import { type Definition, read as readDefinition, write as writeDefinition } from '../../../core/usage/definition.ts';
import type { Frozen } from '../../../core/usage/freeze.ts';
import * as quantity from '../../../core/usage/quantity.ts';
import type { AnswerNote } from '../../../ports.ts';
import type { StoredHour } from './openHours.ts';
import type { Totals } from './totals.ts';

/** A record with what only the ledger needs to know of it. */
export type StoredRecord = MeterRecord & { readonly origin: Hour; readonly definition: Definition };

/** What may change of a record after it is frozen. */
export type RecordChange = {
  readonly state: RecordState;
  readonly doubt: boolean;
  readonly movedTo?: Hour | undefined;
  readonly reason?: string | undefined;
  readonly settledAt?: Instant | undefined;
};

export type Records = {
  readonly isTaken: (dimension: string, hour: Hour) => boolean;
  readonly previousToken: () => string;
  readonly insert: (
    open: StoredHour,
    frozen: Frozen,
    first: RecordChange,
    attempts: number,
    at: Instant,
  ) => StoredRecord;
  readonly read: (token: string) => StoredRecord;
  readonly unsettled: () => readonly StoredRecord[];
  /** Says `sending` and counts the attempt; a record that is settled stays as it is. */
  readonly begin: (token: string) => void;
  readonly change: (token: string, change: RecordChange) => void;
  readonly note: (token: string, answer: AnswerNote) => void;
};

const optional = (value: SQLOutputValue | undefined): string | undefined =>
  value === null || value === undefined ? undefined : String(value);

export const recordOf = (row: Record<string, SQLOutputValue>): StoredRecord => ({
  token: String(row['token']),
  resource: String(row['resource']),
  product: String(row['product']),
  dimension: String(row['dimension']),
  hour: Number(row['hour']) as Hour,
  origin: Number(row['origin']) as Hour,
  timestamp: Number(row['timestamp']),
  definition: readDefinition(String(row['definition'])),
  quantity: quantity.read(String(row['quantity'])),
  decimals: Number(row['decimals']),
  state: String(row['state']) as RecordState,
  doubt: row['doubt'] === 1,
  attempts: Number(row['attempts']),
  lastAnswer: optional(row['last_answer']),
  recordId: optional(row['record_id']),
  movedTo: row['moved_to'] === null ? undefined : (Number(row['moved_to']) as Hour),
  reason: optional(row['reason']),
});

/** The rows of frozen hours. `resource` owns the ledger now; a record keeps the resource it was made for. */
export const makeRecords = (db: DatabaseSync, resource: string, totals: Totals): Records => {
  const taken = db.prepare(
    `SELECT 1 FROM record WHERE resource = ?1 AND dimension = ?2 AND hour = ?3
     UNION ALL SELECT 1 FROM used_hour WHERE resource = ?1 AND dimension = ?2 AND hour = ?3 LIMIT 1`,
  );
  const last = db.prepare('SELECT token, serial FROM record ORDER BY serial DESC LIMIT 1');
  const select = db.prepare('SELECT * FROM record WHERE token = ?');
  const unsettled = db.prepare(`SELECT * FROM record WHERE state IN ('sending', 'waiting') ORDER BY hour, dimension`);
  const insert = db.prepare(`INSERT INTO record VALUES (${Array.from({ length: 30 }, () => '?').join(', ')})`);
  // A record that is `sending` already has an answer that nobody has written: it may be stored.
  const begin = db.prepare(
    `UPDATE record SET doubt = (doubt OR state = 'sending'), state = 'sending', attempts = attempts + 1
     WHERE token = ? AND state IN ('sending', 'waiting')`,
  );
  const change = db.prepare(
    `UPDATE record SET state = ?, doubt = ?, moved_to = coalesce(?, moved_to), reason = coalesce(?, reason),
     settled_at = coalesce(?, settled_at) WHERE token = ?`,
  );
  const answer = db.prepare(
    `UPDATE record SET last_answer = ?, request_id = coalesce(?, request_id), record_id = coalesce(?, record_id) WHERE token = ?`,
  );
  const attempt = db.prepare(
    'INSERT OR REPLACE INTO attempt SELECT token, attempts, ?, ?, ? FROM record WHERE token = ?',
  );

  const read = (token: string): StoredRecord => {
    const row = select.get(token);
    if (row === undefined) throw new Error(`the ledger has no record ${token}`);
    return recordOf(row);
  };

  return {
    isTaken: (dimension, hour) => taken.get(resource, dimension, hour) !== undefined,
    previousToken: () => optional(last.get()?.['token']) ?? GENESIS,
    insert: (open, frozen, first, attempts, at) => {
      if (frozen.record === undefined) throw new Error('there is nothing to record');
      const { body, token } = frozen.record;
      const before = last.get();
      insert.run(
        token,
        optional(before?.['token']) ?? GENESIS,
        Number(before?.['serial'] ?? 0) + 1,
        body.resource,
        body.product,
        body.dimension,
        body.hour,
        open.origin,
        body.timestamp,
        writeDefinition(open.definition),
        quantity.format(open.counted),
        open.reports,
        quantity.format(open.carried),
        quantity.format(frozen.carry),
        quantity.format(open.moved),
        quantity.format(frozen.own),
        quantity.format(frozen.toNext),
        quantity.format(frozen.held),
        quantity.format(body.quantity),
        body.decimals,
        first.state,
        first.doubt ? 1 : 0,
        attempts,
        null,
        null,
        null,
        first.movedTo ?? null,
        first.reason ?? null,
        at,
        first.settledAt ?? null,
      );
      totals.add(body.dimension, first.state, body.quantity);
      return read(token);
    },
    read,
    unsettled: () => unsettled.all().map(recordOf),
    begin: (token) => {
      const { dimension, state, quantity: units } = read(token);
      if (begin.run(token).changes > 0) totals.move(dimension, state, 'sending', units);
    },
    change: (token, { state, doubt, movedTo, reason, settledAt }) => {
      const before = read(token);
      change.run(state, doubt ? 1 : 0, movedTo ?? null, reason ?? null, settledAt ?? null, token);
      totals.move(before.dimension, before.state, state, before.quantity);
    },
    note: (token, { at, line, requestId, recordId }) => {
      answer.run(line, requestId ?? null, recordId ?? null, token);
      attempt.run(at, line, requestId ?? null, token);
    },
  };
};
