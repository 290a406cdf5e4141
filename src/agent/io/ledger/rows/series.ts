import type { DatabaseSync } from 'node:sqlite';
import type { HeldSeries } from '../../../core/record/overview.ts';
import { DAY, endOf, type Hour, type Instant, startOf } from '../../../core/time/hour.ts';
import { type Difference, differenceOf, mayBeRenamed, type Series } from '../../../core/usage/counter.ts';
import * as quantity from '../../../core/usage/quantity.ts';
import type { Report } from '../../../core/usage/report.ts';
import { seriesOf } from './fingerprint.ts';
import { firstHourIn } from './firstHour.ts';
import type { Meta } from './meta.ts';

/** So many series of a dimension are known at a time. */
export const MOST_SERIES = 10_000;

/** The last readings of counters. Within the transaction that counts their differences. */
export type AllSeries = {
  /** Counts a reading that came with the others of its request; `now` is AWS's time, where known, and `wall` the other one. */
  readonly read: (
    report: Report,
    together: readonly Report[],
    clocks: { readonly now: Instant | undefined; readonly wall: Instant },
  ) => Difference;
  /** A person lets the series go that were held in this hour: their next reading is where they begin. Answers how many. */
  readonly free: (dimension: string, hour: Hour) => number;
  /** The ledger has another owner, who counts none of them on. `born`: when it began. */
  readonly begin: (born: Instant, keep: boolean) => void;
  /** The resource is younger than the wall said: a series that says that it began before `at` may have been counted by others. */
  readonly bornAfter: (at: Instant) => void;
  /** What they grew by since their last reading may have been counted already: their next one is where they begin. */
  readonly restart: (at: Instant, dimension?: string) => void;
};

/** Series that wait for a person. */
export const heldSeriesOf = (db: DatabaseSync): readonly HeldSeries[] =>
  db
    .prepare(
      'SELECT dimension, source, held_at, reading FROM series WHERE held_at IS NOT NULL ORDER BY held_at, dimension, source',
    )
    .all()
    .map((row) => ({
      dimension: String(row['dimension']),
      source: String(row['source']),
      since: Number(row['held_at']),
      reading: String(row['reading']),
    }));

/** Readings that began before this moment may have been counted by somebody else, or by us before we forgot them. */
const BORN = 'series_since';
/** The same for single dimensions, by name. */
const BORN_LATER = 'series_since_of';

export const makeSeries = (db: DatabaseSync, meta: Meta): AllSeries => {
  const select = db.prepare('SELECT * FROM series WHERE dimension = ? AND name = ?');
  const ofSource = db.prepare('SELECT at, start FROM series WHERE dimension = ? AND source = ?');
  const write = db.prepare('INSERT OR REPLACE INTO series VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const count = db.prepare('SELECT count(*) AS n FROM series WHERE dimension = ?');
  const forget = db.prepare('DELETE FROM series WHERE dimension = ? AND at < ? AND held_at IS NULL');
  const free = db.prepare(
    `UPDATE series SET reading = '', resets = '[]', held_at = NULL WHERE dimension = ? AND held_at >= ? AND held_at < ?`,
  );

  const restart = db.prepare(
    `UPDATE series SET reading = '', resets = '[]' WHERE (?1 IS NULL OR dimension = ?1) AND held_at IS NULL`,
  );
  const bornLater = (): ReadonlyMap<string, Instant> => new Map(JSON.parse(meta.get(BORN_LATER) ?? '[]'));

  const seriesIn = (dimension: string, name: Buffer): Series | undefined => {
    const row = select.get(dimension, name);
    if (row === undefined) return undefined;
    const reading = String(row['reading']);
    return {
      value: reading === '' ? undefined : quantity.read(reading),
      at: Number(row['at']),
      start: row['start'] === null ? undefined : Number(row['start']),
      resets: JSON.parse(String(row['resets'])),
      heldAt: row['held_at'] === null ? undefined : Number(row['held_at']),
    };
  };

  /** Other series of the same source, known or in the same request. */
  const sameSource = (report: Report, together: readonly Report[]): readonly Pick<Series, 'at' | 'start'>[] => [
    ...ofSource.all(report.dimension, report.source ?? '').map((row) => ({
      at: Number(row['at']),
      start: row['start'] === null ? undefined : Number(row['start']),
    })),
    ...together
      .filter(({ dimension, source }) => dimension === report.dimension && source === report.source)
      .filter((other) => other.at === report.at && !seriesOf(other).equals(seriesOf(report)))
      .map(({ at, start }) => ({ at, start })),
  ];

  /** A ledger of an older version does not know when its resource began: at the end of its first hour it certainly had. */
  const born = (): Instant => Number(meta.get(BORN) ?? endOf(firstHourIn(meta)));

  /** Whether there is room for one more: series that nobody has read for a day make it. */
  const hasRoom = (dimension: string, wall: Instant): boolean => {
    const known = (): number => Number(count.get(dimension)?.['n'] ?? 0);
    if (known() < MOST_SERIES) return true;
    // What is forgotten has been counted: should it come back, it must not count from zero again.
    if (forget.run(dimension, wall - DAY).changes > 0) meta.set(BORN, String(Math.max(born(), wall)));
    return known() < MOST_SERIES;
  };

  return {
    read: (report, together, { now, wall }) => {
      const { dimension, source = '', at, dated, start } = report;
      const name = seriesOf(report);
      const last = seriesIn(dimension, name);
      const reading = { value: report.quantity, at, dated, ...(start === undefined ? {} : { start }) };
      const difference = differenceOf(last, reading, {
        born: Math.max(born(), bornLater().get(dimension) ?? 0),
        isNew: () => start === undefined || !mayBeRenamed({ at, start }, sameSource(report, together)),
        now,
      });
      const { series } = difference;
      if (series === last) return difference;
      if (last === undefined && !hasRoom(dimension, wall)) return { series, count: quantity.ZERO, why: 'full' };
      write.run(
        dimension,
        name,
        source,
        series.start ?? null,
        series.at,
        series.value === undefined ? '' : quantity.format(series.value),
        JSON.stringify(series.resets),
        series.heldAt ?? null,
      );
      return difference;
    },
    free: (dimension, hour) => Number(free.run(dimension, startOf(hour), endOf(hour)).changes),
    begin: (now, keep) => {
      meta.set(BORN, String(now));
      if (!keep) db.exec('DELETE FROM series');
    },
    bornAfter: (at) => meta.set(BORN, String(Math.max(born(), at))),
    restart: (at, dimension) => {
      restart.run(dimension ?? null);
      if (dimension === undefined) meta.set(BORN, String(Math.max(born(), at)));
      else meta.set(BORN_LATER, JSON.stringify([...new Map(bornLater()).set(dimension, at)]));
    },
  };
};
