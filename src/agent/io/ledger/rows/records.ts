import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import {
  type Body,
  type MeterRecord,
  type RecordState,
  tokenOf,
  type WholeRecord,
} from '../../../core/record/record.ts';
import type { Hour, Instant } from '../../../core/time/hour.ts';
import { type Definition, read as readDefinition } from '../../../core/usage/definition.ts';
import type { Frozen } from '../../../core/usage/freeze.ts';
import * as quantity from '../../../core/usage/quantity.ts';
import type { AnswerNote } from '../../../ports.ts';
import type { StoredHour } from './openHours.ts';
import type { TagShares } from './tagShares.ts';
import type { Totals } from './totals.ts';
import { optional } from './values.ts';
import { makeRecordWriter, previousTokenIn, type RecordChange } from './writeRecord.ts';

/** A record with what only the ledger needs to know of it. */
export type StoredRecord = MeterRecord & { readonly origin: Hour; readonly definition: Definition };

export type Records = {
  readonly isTaken: (dimension: string, hour: Hour) => boolean;
  /** Units that records of these resources were made of in an hour, whatever became of them. */
  readonly unitsOf: (dimension: string, hour: Hour, resources: readonly string[]) => quantity.Quantity;
  readonly previousToken: () => string;
  readonly insert: (
    open: StoredHour,
    frozen: Frozen,
    first: RecordChange,
    attempts: number,
    at: Instant,
  ) => StoredRecord;
  /** The second record of an hour: the first without its allocations. It waits to be sent. */
  readonly insertUntagged: (first: StoredRecord, at: Instant) => void;
  readonly read: (token: string) => StoredRecord;
  readonly allocationsOf: (token: string) => Body['allocations'];
  /** A record with all that goes to AWS. */
  readonly readWhole: (token: string) => WholeRecord;
  readonly unsettled: () => readonly StoredRecord[];
  /** Says `sending` and counts the attempt; a record that is settled stays as it is. */
  readonly begin: (token: string) => void;
  readonly change: (token: string, change: RecordChange) => void;
  readonly note: (token: string, answer: AnswerNote) => void;
};

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
export const makeRecords = (db: DatabaseSync, resource: string, totals: Totals, tagShares: TagShares): Records => {
  const taken = db.prepare(
    `SELECT 1 FROM record WHERE resource = ?1 AND dimension = ?2 AND hour = ?3
     UNION ALL SELECT 1 FROM used_hour WHERE resource = ?1 AND dimension = ?2 AND hour = ?3 LIMIT 1`,
  );
  const made = db.prepare('SELECT resource, own FROM record WHERE dimension = ? AND hour = ?');
  const previousToken = previousTokenIn(db);
  const select = db.prepare('SELECT * FROM record WHERE token = ?');
  const unsettled = db.prepare(`SELECT * FROM record WHERE state IN ('sending', 'waiting') ORDER BY hour, dimension`);
  const write = makeRecordWriter(db, totals);
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
  const carriedOut = db.prepare('SELECT carried_out FROM record WHERE token = ?');
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
    unitsOf: (dimension, hour, resources) =>
      quantity.sum(
        made
          .all(dimension, hour)
          .filter((row) => resources.includes(String(row['resource'])))
          .map((row) => quantity.read(String(row['own']))),
      ),
    previousToken,
    insert: (open, frozen, first, attempts, at) => {
      if (frozen.record === undefined) throw new Error('there is nothing to record');
      const { body, token } = frozen.record;
      write({
        ...body,
        token,
        origin: open.origin,
        definition: open.definition,
        counted: open.counted,
        reports: open.reports,
        carriedIn: open.carried,
        carriedOut: frozen.carry,
        movedIn: open.moved,
        own: frozen.own,
        toNext: frozen.toNext,
        held: frozen.held,
        first,
        attempts,
        at,
        version: 1,
      });
      tagShares.allocate(token, body.allocations);
      return read(token);
    },
    insertUntagged: (first, at) => {
      const body = { ...first, allocations: [] };
      const carry = quantity.read(String(carriedOut.get(first.token)?.['carried_out']));
      write({
        ...body,
        token: tokenOf(body, previousToken()),
        counted: quantity.ZERO,
        reports: 0,
        carriedIn: carry,
        carriedOut: carry,
        movedIn: first.quantity,
        own: quantity.ZERO,
        toNext: quantity.ZERO,
        held: quantity.ZERO,
        first: { state: 'waiting', doubt: false, reason: 'AWS refused the tags of the first one' },
        attempts: 0,
        at,
        version: 2,
      });
    },
    allocationsOf: tagShares.allocationsOf,
    readWhole: (token) => ({ ...read(token), allocations: tagShares.allocationsOf(token) }),
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
