import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../../core/time/hour.ts';
import { MOST_SILENCE, type Span } from '../../../core/usage/level.ts';
import { isPlausible } from '../../../core/usage/order.ts';

/** The stretches of wall time in which an agent was alive on this ledger: only in them does a level count. */
export type Lived = {
  /** A sign of life: goes on with the stretch that it follows closely, or begins one. */
  readonly extend: (at: Instant) => void;
  /** The stretches that end at or after `from`, in order; where they overlap, the later one begins where the earlier ends. */
  readonly since: (from: Instant) => readonly Span[];
  readonly forgetBefore: (at: Instant) => void;
  /** What was lived until now counts nothing any more, whatever is reported of it later. */
  readonly beginAnew: (at: Instant) => void;
};

export const makeLived = (db: DatabaseSync): Lived => {
  const before = db.prepare('SELECT since, until FROM lived WHERE since <= ? ORDER BY since DESC LIMIT 1');
  const insert = db.prepare('INSERT INTO lived VALUES (?, ?)');
  const extend = db.prepare('UPDATE lived SET until = ? WHERE since = ?');
  const all = db.prepare('SELECT since, until FROM lived WHERE until >= ? ORDER BY since');
  const forget = db.prepare('DELETE FROM lived WHERE until < ?');
  const newest = db.prepare('SELECT max(until) AS until FROM lived');
  const drop = db.prepare('DELETE FROM lived WHERE since > ?');
  const cut = db.prepare('UPDATE lived SET until = ?1 WHERE until > ?1');
  return {
    extend: (at) => {
      // The clock was set back, or was ahead before: levels begin here anew, and must not come to what was lived before.
      if (!isPlausible(Number(newest.get()?.['until'] ?? at), at)) {
        drop.run(at);
        cut.run(at);
      }
      const last = before.get(at);
      if (last === undefined || at - Number(last['until']) > MOST_SILENCE) insert.run(at, at);
      else if (at > Number(last['until'])) extend.run(at, Number(last['since']));
    },
    since: (from) => {
      const spans: Span[] = [];
      for (const row of all.all(from)) {
        const start = Math.max(Number(row['since']), spans.at(-1)?.to ?? Number.NEGATIVE_INFINITY);
        if (Number(row['until']) >= start) spans.push({ from: start, to: Number(row['until']) });
      }
      return spans;
    },
    forgetBefore: (at) => {
      forget.run(at);
    },
    beginAnew: (at) => {
      db.exec('DELETE FROM lived');
      insert.run(at, at);
    },
  };
};
