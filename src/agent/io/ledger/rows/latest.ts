import type { DatabaseSync } from 'node:sqlite';
import type { Hour, Instant } from '../../../core/time/hour.ts';
import { isBehind } from '../../../core/usage/order.ts';
import type { Report } from '../../../core/usage/report.ts';

/** The time of the newest report of open hours whose meter is `last`. */
export type Latest = {
  /** Whether the report is the newest of its hour, which is then noted. */
  readonly isNewest: (report: Report, hour: Hour, now: Instant | undefined) => boolean;
  readonly remove: (dimension: string, hour: Hour) => void;
};

export const makeLatest = (db: DatabaseSync): Latest => {
  const select = db.prepare('SELECT at FROM latest WHERE dimension = ? AND hour = ?');
  const write = db.prepare('INSERT OR REPLACE INTO latest VALUES (?, ?, ?)');
  const remove = db.prepare('DELETE FROM latest WHERE dimension = ? AND hour = ?');
  return {
    isNewest: (report, hour, now) => {
      const { dimension, at, dated } = report;
      const row = select.get(dimension, hour);
      const known = row === undefined ? undefined : Number(row['at']);
      if (known !== undefined && isBehind(report, known, now)) return false;
      write.run(dimension, hour, dated ? at : Math.max(at, known ?? at));
      return true;
    },
    remove: (dimension, hour) => {
      remove.run(dimension, hour);
    },
  };
};
