import type { DatabaseSync } from 'node:sqlite';
import type { Hour } from '../../../core/time/hour.ts';
import { endOfPeriod, MOST_SIGHTINGS, type Within } from '../../../core/usage/unique.ts';
import { sightingOf } from './fingerprint.ts';

/** What was seen within the periods that still count. */
export type Sightings = {
  /** Notes that a thing was seen in this hour: whether for the first time in its period, or whether nobody can say any more. */
  readonly see: (dimension: string, hour: Hour, within: Within, source: string) => 'new' | 'known' | 'full';
  /**
   * An hour turned out to be another one: what was seen in its period was seen in that one's. Answers how many things that
   * one had already.
   */
  readonly redate: (dimension: string, within: Within, from: Hour, to: Hour) => number;
  /** Forgets periods that ended before this hour. */
  readonly forgetBefore: (hour: Hour) => void;
  readonly forget: () => void;
};

export const makeSightings = (db: DatabaseSync): Sightings => {
  const find = db.prepare('SELECT 1 FROM sighting WHERE dimension = ? AND ends = ? AND name = ?');
  const insert = db.prepare('INSERT INTO sighting VALUES (?, ?, ?)');
  const things = db.prepare('SELECT things FROM sighted WHERE dimension = ? AND ends = ?');
  const raise = db.prepare(
    'INSERT INTO sighted VALUES (?, ?, 1) ON CONFLICT (dimension, ends) DO UPDATE SET things = things + 1',
  );
  const count = db.prepare('UPDATE sighted SET things = things + ? WHERE dimension = ? AND ends = ?');
  const bring = db.prepare('UPDATE OR IGNORE sighting SET ends = ?3 WHERE dimension = ?1 AND ends = ?2');
  const drop = db.prepare('DELETE FROM sighting WHERE dimension = ? AND ends = ?');
  const dropPeriod = db.prepare('DELETE FROM sighted WHERE dimension = ? AND ends = ?');
  const begin = db.prepare('INSERT OR IGNORE INTO sighted VALUES (?, ?, 0)');
  const old = db.prepare('SELECT DISTINCT ends FROM sighted WHERE ends < ?');
  return {
    see: (dimension, hour, within, source) => {
      const ends = endOfPeriod(within, hour);
      const name = sightingOf(within, source);
      if (find.get(dimension, ends, name) !== undefined) return 'known';
      if (Number(things.get(dimension, ends)?.['things'] ?? 0) >= MOST_SIGHTINGS) return 'full';
      insert.run(dimension, ends, name);
      raise.run(dimension, ends);
      return 'new';
    },
    redate: (dimension, within, from, to) => {
      const [wrong, right] = [endOfPeriod(within, from), endOfPeriod(within, to)];
      if (wrong === right) return 0;
      const brought = Number(bring.run(dimension, wrong, right).changes);
      begin.run(dimension, right);
      count.run(brought, dimension, right);
      dropPeriod.run(dimension, wrong);
      return Number(drop.run(dimension, wrong).changes);
    },
    forgetBefore: (hour) => {
      if (old.get(hour) === undefined) return;
      db.prepare('DELETE FROM sighting WHERE ends < ?').run(hour);
      db.prepare('DELETE FROM sighted WHERE ends < ?').run(hour);
    },
    forget: () => db.exec('DELETE FROM sighting; DELETE FROM sighted'),
  };
};
