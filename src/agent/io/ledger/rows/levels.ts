import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../../core/time/hour.ts';
import { changeLevel, countOn, type Held, type Level, type LevelChange, type Span } from '../../../core/usage/level.ts';
import { isPlausible } from '../../../core/usage/order.ts';
import * as quantity from '../../../core/usage/quantity.ts';
import type { Report } from '../../../core/usage/report.ts';
import { type Lived, makeLived } from './lived.ts';

/** The levels of averages. Within the transaction that counts what they come to. */
export type Levels = {
  readonly lived: Lived;
  readonly of: (dimension: string) => Level | undefined;
  /** What the level has come to up to `now`, by the wall; nothing where there is none. */
  readonly countOn: (dimension: string, now: Instant) => Held;
  /** A report of a level; undefined when a newer one is known. `aws`: AWS's time, where known. */
  readonly change: (report: Report, now: Instant, aws: Instant | undefined) => LevelChange | undefined;
  /** Another owner, or another meter: nobody knows the levels any more. */
  readonly forget: (dimension?: string) => void;
};

export const levelOf = (row: Record<string, unknown> | undefined): Level | undefined =>
  row === undefined
    ? undefined
    : {
        value: quantity.read(String(row['level'])),
        reported: Number(row['reported']),
        until: Number(row['counted_until']),
      };

export const makeLevels = (db: DatabaseSync): Levels => {
  const select = db.prepare('SELECT * FROM level WHERE dimension = ?');
  const write = db.prepare('INSERT OR REPLACE INTO level VALUES (?, ?, ?, ?)');
  const remove = db.prepare('DELETE FROM level WHERE ?1 IS NULL OR dimension = ?1');
  const lived = makeLived(db);
  const of = (dimension: string) => levelOf(select.get(dimension));
  const put = (dimension: string, { value, reported, until }: Level): void => {
    write.run(dimension, quantity.format(value), reported, until);
  };
  /** A stretch that begins later was lived under a clock that was ahead. */
  const livedUntil = (from: Instant, now: Instant): readonly Span[] =>
    lived.since(from).filter(({ from: begin }) => begin <= now);
  return {
    lived,
    of,
    countOn: (dimension, now) => {
      lived.extend(now);
      const known = of(dimension);
      if (known === undefined) return new Map();
      // A clock that was ahead must not stop the count until its time comes.
      const from = isPlausible(known.until, now) ? known : { ...known, reported: now, until: now };
      const { level, held } = countOn(from, livedUntil(from.until, now));
      put(dimension, level);
      return held;
    },
    change: (report, now, aws) => {
      lived.extend(now);
      // Some clocks of one machine are a little ahead of others: that time is lived too.
      if (report.at > now) lived.extend(report.at);
      const known = of(report.dimension);
      const spans = livedUntil(Math.min(report.at, known?.until ?? report.at), Math.max(report.at, now));
      const change = changeLevel(known, { ...report, value: report.quantity }, spans, aws);
      if (change !== undefined) put(report.dimension, change.level);
      return change;
    },
    forget: (dimension) => {
      remove.run(dimension ?? null);
    },
  };
};
