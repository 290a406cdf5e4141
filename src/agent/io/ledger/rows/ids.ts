import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Hour } from '../../../core/time/hour.ts';

/** What is known of an id or key that arrived before. */
export type Known = { readonly content: Buffer; readonly answer: string | undefined };

/**
 * The ids that have arrived, one table for each hour of arrival, all of them searched: an old hour is forgotten by
 * dropping its table, whatever hour its reports counted for.
 */
export type Ids = {
  readonly find: (name: Buffer) => Known | undefined;
  /** `arrival` is undefined as long as AWS's time is not known: such an id is kept until its hour is. */
  readonly add: (arrival: Hour | undefined, name: Buffer, content: Buffer, answer: string | undefined) => void;
  /** Ids whose hour was not known belong to this one. */
  readonly date: (hour: Hour) => void;
  /** Forgets everything that arrived before this hour. */
  readonly forgetBefore: (hour: Hour) => void;
  readonly oldest: () => Hour | undefined;
};

const TABLE = /^ids_(\d+)$/;

/** The table of ids whose hour is not known. */
const UNDATED = 0 as Hour;

export const makeIds = (db: DatabaseSync): Ids => {
  const tables = new Map<Hour, { readonly find: StatementSync; readonly add: StatementSync }>();

  const learn = (hour: Hour) => {
    const statements = {
      find: db.prepare(`SELECT content, answer FROM ids_${hour} WHERE name = ?`),
      add: db.prepare(`INSERT INTO ids_${hour} VALUES (?, ?, ?)`),
    };
    tables.set(hour, statements);
    return statements;
  };

  const create = (hour: Hour) => {
    db.exec(
      `CREATE TABLE IF NOT EXISTS ids_${hour} (name BLOB PRIMARY KEY, content BLOB NOT NULL, answer TEXT) STRICT, WITHOUT ROWID`,
    );
    return learn(hour);
  };

  const drop = (hour: Hour): void => {
    tables.delete(hour);
    db.exec(`DROP TABLE ids_${hour}`);
  };

  const dated = (): readonly Hour[] => [...tables.keys()].filter((hour) => hour !== UNDATED);

  const present = db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB 'ids_[0-9]*'`).all();
  for (const { name } of present) {
    const hour = TABLE.exec(String(name))?.[1];
    if (hour !== undefined) learn(Number(hour) as Hour);
  }

  return {
    find: (name) => {
      for (const { find } of tables.values()) {
        const row = find.get(name);
        if (row === undefined) continue;
        return {
          content: Buffer.from(row['content'] as Uint8Array),
          answer: (row['answer'] as string | null) ?? undefined,
        };
      }
      return undefined;
    },
    add: (arrival = UNDATED, name, content, answer) => {
      (tables.get(arrival) ?? create(arrival)).add.run(name, content, answer ?? null);
    },
    date: (hour) => {
      if (!tables.has(UNDATED)) return;
      if (!tables.has(hour)) create(hour);
      db.exec(`INSERT OR IGNORE INTO ids_${hour} SELECT * FROM ids_${UNDATED}`);
      drop(UNDATED);
    },
    forgetBefore: (hour) => {
      for (const old of dated().filter((arrival) => arrival < hour)) drop(old);
    },
    oldest: () => (dated().length === 0 ? undefined : (Math.min(...dated()) as Hour)),
  };
};
