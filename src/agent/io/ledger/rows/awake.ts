import type { DatabaseSync } from 'node:sqlite';
import type { Hour } from '../../../core/time/hour.ts';

/** The hours in which the agent was awake: only those may be reported as zero. */
export type Awake = {
  /** Notes that it is awake in this hour, and forgets hours that can no longer be sent. */
  readonly mark: (hour: Hour) => void;
  /** Awake hours that have neither usage nor a record of this dimension, oldest first. */
  readonly idle: (dimension: string) => readonly Hour[];
};

/** AWS's window is six hours; a little more does no harm. */
const KEPT = 8;

export const makeAwake = (db: DatabaseSync, resource: string): Awake => {
  const insert = db.prepare('INSERT OR IGNORE INTO awake VALUES (?)');
  const forget = db.prepare('DELETE FROM awake WHERE hour < ?');
  const idle = db.prepare(
    `SELECT hour FROM awake AS a
     WHERE NOT EXISTS (SELECT 1 FROM open_hour WHERE dimension = ?1 AND hour = a.hour)
     AND NOT EXISTS (SELECT 1 FROM record WHERE resource = ?2 AND dimension = ?1 AND hour = a.hour)
     AND NOT EXISTS (SELECT 1 FROM used_hour WHERE resource = ?2 AND dimension = ?1 AND hour = a.hour)
     ORDER BY hour`,
  );
  return {
    mark: (hour) => {
      insert.run(hour);
      forget.run(hour - KEPT);
    },
    idle: (dimension) => idle.all(dimension, resource).map((row) => Number(row['hour']) as Hour),
  };
};
