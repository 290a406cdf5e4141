import type { DatabaseSync } from 'node:sqlite';

/** Runs `work` in one transaction: all of it is on disk when this returns, or nothing of it. */
export const transaction = <T>(db: DatabaseSync, work: () => T): T => {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // A full disk has rolled back already; a second ROLLBACK would throw and hide the cause.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
};

const SQLITE_FULL = 13;

const codeOf = (error: unknown): number | undefined => {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === 'number' ? code & 0xff : undefined;
};

/** The disk, or the quota of pages, is full: the database is whole, but takes nothing more. */
export const isFull = (error: unknown): boolean => codeOf(error) === SQLITE_FULL;

const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;

/** Another process holds the file. */
export const isBusy = (error: unknown): boolean => [SQLITE_BUSY, SQLITE_LOCKED].includes(codeOf(error) ?? 0);

const SQLITE_CONSTRAINT = 19;

/** The disk or the file said no. A broken constraint is a fault of ours, which no reopening mends. */
export const isSqlite = (error: unknown): boolean => ![undefined, SQLITE_CONSTRAINT].includes(codeOf(error));

const SQLITE_PERM = 3;
const SQLITE_READONLY = 8;
const SQLITE_CANTOPEN = 14;

/** The file cannot be opened, or not for writing. */
export const isRefused = (error: unknown): boolean =>
  [SQLITE_PERM, SQLITE_READONLY, SQLITE_CANTOPEN].includes(codeOf(error) ?? 0);

const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/** The file is damaged, or was never a database. */
export const isBroken = (error: unknown): boolean => [SQLITE_CORRUPT, SQLITE_NOTADB].includes(codeOf(error) ?? 0);

/** An error that says so, where it is we who have found it out. */
export const broken = (why: string): Error => Object.assign(new Error(why), { errcode: SQLITE_NOTADB });
