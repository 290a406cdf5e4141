import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { HOUR, type Hour, type Millis } from '../../../core/time/hour.ts';

/** What is known of an id or key that arrived before. */
export type Known = { readonly content: Buffer; readonly answer: string | undefined };

/**
 * The ids that have arrived, one table for each span of hours of arrival, all of them searched: an old span is forgotten by
 * dropping its table, whatever hour its reports counted for. Spans grow with the window, so that a new id is looked up in
 * some two dozen tables at most, however long ids are kept.
 */
export type Ids = {
  readonly find: (name: Buffer) => Known | undefined;
  /** `arrival` is undefined as long as AWS's time is not known: such an id is kept until its hour is. */
  readonly add: (arrival: Hour | undefined, name: Buffer, content: Buffer, answer: string | undefined) => void;
  /** Ids whose hour was not known belong to this one. */
  readonly date: (hour: Hour) => void;
  /** Forgets every span that is over at the start of this hour. */
  readonly forgetBefore: (hour: Hour) => void;
  /** Whether new tables take one hour each, so that a file that fills up can forget in small steps. */
  readonly beFine: (fine: boolean) => void;
  /** The hour at which the oldest span is over. */
  readonly oldestEnds: () => Hour | undefined;
};

/** So many tables hold a whole window. */
const TABLES = 24;

/** Hours that one table takes when ids are kept so long. */
export const spanOf = (keep: Millis): number => Math.max(1, Math.ceil(keep / HOUR / TABLES));

/** First hour and, where it is not 1, span in hours. */
const TABLE = /^ids_(\d+)(?:_(\d+))?$/;

/** The table of ids whose hour is not known. */
const UNDATED = 'ids_0';

type Table = { readonly ends: Hour; readonly find: StatementSync; readonly add: StatementSync };

export const makeIds = (db: DatabaseSync, span: number): Ids => {
  const tables = new Map<string, Table>();
  let fine = false;

  const learn = (name: string): Table => {
    const [, first, hours] = TABLE.exec(name) ?? [];
    const table = {
      ends: (Number(first) + Number(hours ?? 1)) as Hour,
      find: db.prepare(`SELECT content, answer FROM ${name} WHERE name = ?`),
      add: db.prepare(`INSERT INTO ${name} VALUES (?, ?, ?)`),
    };
    tables.set(name, table);
    return table;
  };

  const nameOf = (arrival: Hour): string => {
    const ofHour = `ids_${arrival}`;
    if (span === 1 || tables.has(ofHour) || (fine && tables.size < 2 * TABLES)) return ofHour;
    return `ids_${Math.floor(arrival / span) * span}_${span}`;
  };

  const create = (name: string): Table => {
    db.exec(
      `CREATE TABLE IF NOT EXISTS ${name} (name BLOB PRIMARY KEY, content BLOB NOT NULL, answer TEXT) STRICT, WITHOUT ROWID`,
    );
    return learn(name);
  };

  const drop = (name: string): void => {
    tables.delete(name);
    db.exec(`DROP TABLE ${name}`);
  };

  const dated = (): readonly (readonly [string, Table])[] => [...tables].filter(([name]) => name !== UNDATED);

  const present = db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB 'ids_[0-9]*'`).all();
  for (const { name } of present) if (TABLE.test(String(name))) learn(String(name));

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
    add: (arrival, name, content, answer) => {
      const table = arrival === undefined ? UNDATED : nameOf(arrival);
      (tables.get(table) ?? create(table)).add.run(name, content, answer ?? null);
    },
    date: (hour) => {
      if (!tables.has(UNDATED)) return;
      const table = nameOf(hour);
      if (!tables.has(table)) create(table);
      db.exec(`INSERT OR IGNORE INTO ${table} SELECT * FROM ${UNDATED}`);
      drop(UNDATED);
    },
    forgetBefore: (hour) => {
      for (const [name, { ends }] of dated()) if (ends <= hour) drop(name);
    },
    beFine: (wanted) => {
      fine = wanted;
    },
    oldestEnds: () => {
      const ends = dated().map(([, table]) => table.ends);
      return ends.length === 0 ? undefined : (Math.min(...ends) as Hour);
    },
  };
};
