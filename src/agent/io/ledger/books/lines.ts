import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { type Allocation, allocationsOf } from '../../../core/tags/allocations.ts';
import { read as readShares } from '../../../core/tags/shares.ts';
import { tagsOf } from '../../../core/tags/tagSet.ts';
import { format, type Hour, hourOf } from '../../../core/time/hour.ts';
import { read as readDefinition } from '../../../core/usage/definition.ts';
import { combine } from '../../../core/usage/meter.ts';
import * as quantity from '../../../core/usage/quantity.ts';
import { makeMeta } from '../rows/meta.ts';
import { keptSince, pastOf } from '../rows/past.ts';
import { heldSeriesOf } from '../rows/series.ts';
import { makeTagShares } from '../rows/tagShares.ts';
import { decimalOf, optional } from '../rows/values.ts';

/** A part of a line's quantity, by its tags; untagged without any. */
type LineAllocation = { readonly quantity: string; readonly tags: Readonly<Record<string, string>> };

/** One line of an export: plain texts and numbers, times as RFC 3339, absent things as null. */
export type Line = Readonly<Record<string, string | number | boolean | null | readonly LineAllocation[]>>;

const allocationsIn = (allocations: readonly Allocation[]): readonly LineAllocation[] | null =>
  allocations.length === 0
    ? null
    : allocations.map(({ tags, units }) => ({ quantity: quantity.format(units), tags: tagsOf(tags) }));

type Row = Record<string, SQLOutputValue>;

const time = (value: SQLOutputValue | undefined): string | null =>
  value === null || value === undefined ? null : new Date(Number(value)).toISOString();

const hourText = (value: SQLOutputValue | undefined): string | null =>
  value === null || value === undefined ? null : format(Number(value) as Hour);

const text = (value: SQLOutputValue | undefined): string | null => optional(value) ?? null;

/** Held units by tag set: what their shares do not name of them is untagged. */
const heldAllocations = (row: Row): readonly Allocation[] =>
  row['shares'] === null ? [] : allocationsOf(readShares(String(row['shares'])), decimalOf(row['units']));

export const recordLine = (row: Row, allocations: readonly Allocation[]): Line => ({
  kind: 'record',
  hour: hourText(row['hour']),
  dimension: text(row['dimension']),
  state: text(row['state']),
  quantity: text(row['quantity']),
  doubt: row['doubt'] === 1,
  client_token: text(row['token']),
  record_id: text(row['record_id']),
  request_id: text(row['request_id']),
  timestamp: time(row['timestamp']),
  product: text(row['product']),
  resource: text(row['resource']),
  attempts: Number(row['attempts']),
  last_answer: text(row['last_answer']),
  moved_to: hourText(row['moved_to']),
  reason: text(row['reason']),
  reports: Number(row['reports']),
  counted: text(row['counted']),
  carried_in: text(row['carried_in']),
  carried_out: text(row['carried_out']),
  moved_in: text(row['moved_in']),
  held: text(row['held']),
  frozen_at: time(row['frozen_at']),
  settled_at: time(row['settled_at']),
  allocations: allocationsIn(allocations),
});

const BLANK: Line = Object.fromEntries(Object.keys(recordLine({}, [])).map((column) => [column, null]));

/** The columns of every line, in the order of an export. */
export const COLUMNS: readonly string[] = Object.keys(BLANK);

/** So many records are read at once: a reader that is slow must hold no view of the database open. */
const PAGE = 500;

function* recordLines(db: DatabaseSync, from: number, to: number): Iterable<Line> {
  const page = db.prepare(
    `SELECT * FROM record WHERE hour BETWEEN ? AND ? AND serial > ? ORDER BY serial LIMIT ${PAGE}`,
  );
  const stored = makeTagShares(db);
  for (let last = 0; ; ) {
    const rows = page.all(from, to, last);
    for (const row of rows) yield recordLine(row, stored.allocationsOf(String(row['token'])));
    if (rows.length < PAGE) return;
    last = Number(rows.at(-1)?.['serial']);
  }
}

/** What no hour holds: levels that go on, and series that wait for a person. */
function* standingLines(db: DatabaseSync): Iterable<Line> {
  for (const row of db.prepare('SELECT * FROM level ORDER BY dimension').all()) {
    yield {
      ...BLANK,
      kind: 'level',
      hour: hourText(hourOf(Number(row['reported']))),
      dimension: text(row['dimension']),
      counted: text(row['level']),
      timestamp: time(row['reported']),
      reason: 'the level of an average: it holds until the next report',
    };
  }
  for (const { dimension, source, since, reading } of heldSeriesOf(db)) {
    yield {
      ...BLANK,
      kind: 'series',
      hour: hourText(hourOf(since)),
      dimension,
      state: 'held',
      counted: reading,
      timestamp: time(since),
      reason: `the counter ${JSON.stringify(source)} was reset more than six times within an hour: its readings are not counted until it is released`,
    };
  }
}

/** What is too old to be kept one by one: sums by dimension and state, under the hour before which they end. */
function* pastLines(db: DatabaseSync): Iterable<Line> {
  const before = format(keptSince(makeMeta(db)));
  for (const { dimension, state, units, records, reports } of pastOf(db)) {
    yield {
      ...BLANK,
      kind: 'past',
      hour: before,
      dimension,
      state,
      quantity: quantity.format(units),
      reports,
      reason: `${records} hours before this one, added up (ledger.retain)`,
    };
  }
}

/** Every hour of every dimension: what was added up, records as they were frozen, then folded hours, open hours and held units. */
export function* linesOf(db: DatabaseSync, only?: Hour): Iterable<Line> {
  const [from, to] = only === undefined ? [0, Number.MAX_SAFE_INTEGER] : [only, only];
  if (only === undefined) yield* pastLines(db);
  yield* recordLines(db, from, to);
  const folded = db.prepare('SELECT * FROM folded WHERE hour BETWEEN ? AND ? ORDER BY hour, dimension');
  for (const row of folded.all(from, to)) {
    yield {
      ...BLANK,
      kind: 'folded',
      hour: hourText(row['hour']),
      dimension: text(row['dimension']),
      counted: text(row['counted']),
      reports: Number(row['reports']),
      reason: 'less than one unit: its count is in the carry',
    };
  }
  const open = db.prepare('SELECT * FROM open_hour WHERE hour BETWEEN ? AND ? ORDER BY hour, dimension');
  for (const row of open.all(from, to)) {
    const { meter, product } = readDefinition(String(row['definition']));
    let [counted, reports] = [quantity.ZERO, 0];
    const tallies = db.prepare('SELECT counted, reports FROM tally WHERE dimension = ? AND hour = ?');
    for (const tally of tallies.all(String(row['dimension']), Number(row['hour']))) {
      counted = combine(meter, counted, decimalOf(tally['counted']));
      reports += Number(tally['reports']);
    }
    yield {
      ...BLANK,
      kind: 'open',
      hour: hourText(row['hour']),
      dimension: text(row['dimension']),
      product,
      counted: quantity.format(counted),
      reports,
      moved_in: text(row['moved']),
    };
  }
  for (const row of db
    .prepare('SELECT * FROM held WHERE hour BETWEEN ? AND ? ORDER BY hour, dimension')
    .all(from, to)) {
    yield {
      ...BLANK,
      kind: 'held',
      hour: hourText(row['hour']),
      dimension: text(row['dimension']),
      held: text(row['units']),
      reason: text(row['reason']),
      moved_to: hourText(row['released_to']),
      allocations: allocationsIn(heldAllocations(row)),
    };
  }
  for (const line of standingLines(db)) if (only === undefined || line['hour'] === format(only)) yield line;
}
