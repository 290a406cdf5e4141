import type { DatabaseSync } from 'node:sqlite';
import type { Allocation } from '../../../core/tags/allocations.ts';
import type { Counts } from '../../../core/tags/ownShares.ts';
import { read, type Shares, write } from '../../../core/tags/shares.ts';
import { UNTAGGED } from '../../../core/tags/tagSet.ts';
import type { Hour } from '../../../core/time/hour.ts';
import * as quantity from '../../../core/usage/quantity.ts';

/** The tag sets of units beside the rows that count them, and what each set is owed. */
export type TagShares = {
  readonly movedTo: (dimension: string, hour: Hour) => Shares;
  readonly addMoved: (dimension: string, hour: Hour, shares: Shares) => void;
  readonly removeMoved: (dimension: string, hour: Hour) => void;
  readonly balancesOf: (dimension: string) => Counts;
  /** `carry`: what all balances sum to, the untagged bucket's among them. */
  readonly setBalances: (dimension: string, balances: Counts, carry: quantity.Quantity) => void;
  readonly clearBalances: (dimension: string) => void;
  readonly allocationsOf: (token: string) => readonly Allocation[];
  readonly allocate: (token: string, allocations: readonly Allocation[]) => void;
};

const sharesIn = (rows: readonly Record<string, unknown>[], column: string): Map<string, quantity.Quantity> =>
  new Map(rows.map((row) => [String(row['tags']), quantity.read(String(row[column]))]));

/** What a record's allocations leave to the tagged sets. */
export const taggedSharesOf = (allocations: readonly Allocation[]): Shares =>
  new Map(allocations.filter(({ tags }) => tags !== UNTAGGED).map(({ tags, units }) => [tags, units]));

export const makeTagShares = (db: DatabaseSync): TagShares => {
  const moved = db.prepare('SELECT tags, units FROM moved_share WHERE dimension = ? AND hour = ?');
  const writeMoved = db.prepare('INSERT OR REPLACE INTO moved_share VALUES (?, ?, ?, ?)');
  const removeMoved = db.prepare('DELETE FROM moved_share WHERE dimension = ? AND hour = ?');
  const balances = db.prepare('SELECT tags, owed FROM balance WHERE dimension = ?');
  const writeBalance = db.prepare('INSERT OR REPLACE INTO balance VALUES (?, ?, ?)');
  const removeBalance = db.prepare('DELETE FROM balance WHERE dimension = ? AND tags = ?');
  const clear = db.prepare('DELETE FROM balance WHERE dimension = ?');
  const allocations = db.prepare('SELECT shares FROM allocation WHERE token = ?');
  const allocate = db.prepare('INSERT INTO allocation VALUES (?, ?)');

  const movedTo = (dimension: string, hour: Hour): Shares => sharesIn(moved.all(dimension, hour), 'units');
  const balancesOf = (dimension: string): Map<string, quantity.Quantity> => {
    const known = sharesIn(balances.all(dimension), 'owed');
    known.delete(UNTAGGED);
    return known;
  };

  return {
    movedTo,
    addMoved: (dimension, hour, shares) => {
      if (shares.size === 0) return;
      for (const [tags, units] of quantity.addEach(movedTo(dimension, hour), shares)) {
        writeMoved.run(dimension, hour, tags, quantity.format(units));
      }
    },
    removeMoved: (dimension, hour) => void removeMoved.run(dimension, hour),
    balancesOf,
    setBalances: (dimension, next, carry) => {
      const before = balancesOf(dimension);
      for (const tags of before.keys()) if (!next.has(tags)) removeBalance.run(dimension, tags);
      for (const [tags, owed] of next) {
        const known = before.get(tags);
        if (known === undefined || !quantity.equal(known, owed)) {
          writeBalance.run(dimension, tags, quantity.format(owed));
        }
      }
      if (next.size === 0) removeBalance.run(dimension, UNTAGGED);
      else {
        const untagged = quantity.subtract(carry, quantity.sum(next.values()));
        writeBalance.run(dimension, UNTAGGED, quantity.format(untagged));
      }
    },
    clearBalances: (dimension) => void clear.run(dimension),
    allocationsOf: (token) => {
      const row = allocations.get(token);
      return row === undefined ? [] : [...read(String(row['shares']))].map(([tags, units]) => ({ tags, units }));
    },
    allocate: (token, list) => {
      if (list.length > 0) allocate.run(token, write(new Map(list.map(({ tags, units }) => [tags, units]))));
    },
  };
};
