import type { DatabaseSync } from 'node:sqlite';
import { MOST_KEYS, MOST_TAG_SETS, pairsOf, type TagSet, UNTAGGED } from '../../../core/tags/tagSet.ts';
import type { Hour } from '../../../core/time/hour.ts';
import * as quantity from '../../../core/usage/quantity.ts';
import { decimalOf } from './values.ts';

/** What was counted for one tag set in an open hour. */
export type Tally = { readonly tags: TagSet; readonly counted: quantity.Quantity; readonly reports: number };

/** The counts of open hours, one row a tag set. */
export type Tallies = {
  readonly of: (dimension: string, hour: Hour) => readonly Tally[];
  /** Adds to the row of a tag set that was admitted; `combine` says how two counts become one. */
  readonly add: (
    dimension: string,
    hour: Hour,
    tally: Tally,
    combine: (a: quantity.Quantity, b: quantity.Quantity) => quantity.Quantity,
  ) => void;
  readonly remove: (dimension: string, hour: Hour) => void;
  /** Whether a report may count in this tag set: it has a row, or there is room for one, which is then kept for it. */
  readonly admit: (dimension: string, hour: Hour, tags: TagSet) => boolean;
};

/** How many sets and which keys an hour has. */
type Room = { sets: number; readonly keys: Set<string> };

export const makeTallies = (db: DatabaseSync): Tallies => {
  const all = db.prepare('SELECT tags, counted, reports FROM tally WHERE dimension = ? AND hour = ?');
  const one = db.prepare('SELECT counted, reports FROM tally WHERE dimension = ? AND hour = ? AND tags = ?');
  const sets = db.prepare(`SELECT tags FROM tally WHERE dimension = ? AND hour = ? AND tags <> ''`);
  const write = db.prepare('INSERT OR REPLACE INTO tally VALUES (?, ?, ?, ?, ?)');
  const remove = db.prepare('DELETE FROM tally WHERE dimension = ? AND hour = ?');
  const rooms = new Map<string, Room>();
  const nameOf = (dimension: string, hour: Hour): string => `${hour} ${dimension}`;

  const roomOf = (dimension: string, hour: Hour): Room => {
    const name = nameOf(dimension, hour);
    const known = rooms.get(name);
    if (known !== undefined) return known;
    const texts = sets.all(dimension, hour).map(({ tags }) => String(tags));
    const keys = new Set(texts.flatMap(pairsOf).map(([key]) => key));
    const room = { sets: texts.length, keys };
    rooms.set(name, room);
    return room;
  };

  return {
    of: (dimension, hour) =>
      all.all(dimension, hour).map((row) => ({
        tags: String(row['tags']),
        counted: quantity.read(String(row['counted'])),
        reports: Number(row['reports']),
      })),
    add: (dimension, hour, { tags, counted, reports }, combine) => {
      const before = one.get(dimension, hour, tags);
      const total = combine(decimalOf(before?.['counted']), counted);
      write.run(dimension, hour, tags, quantity.format(total), Number(before?.['reports'] ?? 0) + reports);
    },
    remove: (dimension, hour) => {
      rooms.delete(nameOf(dimension, hour));
      remove.run(dimension, hour);
    },
    admit: (dimension, hour, tags) => {
      if (tags === UNTAGGED || one.get(dimension, hour, tags) !== undefined) return true;
      const room = roomOf(dimension, hour);
      const fresh = pairsOf(tags)
        .map(([key]) => key)
        .filter((key) => !room.keys.has(key));
      if (room.sets >= MOST_TAG_SETS || room.keys.size + fresh.length > MOST_KEYS) return false;
      room.sets += 1;
      for (const key of fresh) room.keys.add(key);
      return true;
    },
  };
};
