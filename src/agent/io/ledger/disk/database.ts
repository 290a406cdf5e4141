import { chmodSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { type InPlace, rememberPlace } from './inPlace.ts';
import { isForeign, migrate } from './schema.ts';
import { broken } from './transaction.ts';

const PAGE_SIZE = 4096;

/** The share of the bound that reports and ids may fill; the rest is kept for records, attempts and receipts. */
const SHARE_OF_REPORTS = 7 / 8;

const MOST_PAGES_OF_SQLITE = 4_294_967_294;

/** Who writes now: reports stop earlier than outcomes, so that what was acknowledged can always be settled. */
export type Writer = 'reports' | 'outcomes';

export type Database = {
  readonly db: DatabaseSync;
  /** The files that it holds. */
  readonly place: InPlace;
  readonly allow: (writer: Writer) => void;
  /** Bytes in use, without pages that were freed. */
  readonly bytes: () => number;
};

/** Throws as SQLite does for a broken file when rows are missing or torn, as far as it can tell quickly. */
export const mustBeWhole = ({ db }: Pick<Database, 'db'>): void => {
  const found = db.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
  if (found !== 'ok') throw broken(`its check says: ${String(found).replaceAll('\n', ' ')}`);
};

/** Opens the file and checks it. Throws as `openDatabase`, and when it is damaged. */
export const openWhole = (file: string, maxBytes: number): Database => {
  const database = openDatabase(file, maxBytes);
  try {
    mustBeWhole(database);
    return database;
  } catch (error) {
    database.db.close();
    throw error;
  }
};

/**
 * Opens the file for ourselves alone: exclusive lock, write-ahead log, every commit synced. Throws SQLite's error when it
 * is locked, broken or cannot be written.
 */
export const openDatabase = (file: string, maxBytes: number): Database => {
  const db = new DatabaseSync(file, { timeout: 0 });
  try {
    // The lock before the look, the look before the first change: another application's file is left as it is.
    db.exec('PRAGMA locking_mode = EXCLUSIVE');
    if (isForeign(db)) throw broken('it is the database of another application');
    db.exec(`
      PRAGMA page_size = ${PAGE_SIZE};
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA wal_autocheckpoint = 1000;
      PRAGMA journal_size_limit = 16777216;
      PRAGMA cache_size = -4096;
      PRAGMA temp_store = MEMORY;
    `);
    // The lock is taken by the first write, so it is made now: nobody else may believe that the ledger is free.
    db.exec('BEGIN EXCLUSIVE; COMMIT');
    chmodSync(file, 0o600);
    migrate(db, file);
    // A sync that failed leaves its pages in the page cache, where they pass for written and are read back: what the log
    // holds is written anew, and synced, before anybody is told that it is known.
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch (error) {
    db.close();
    throw error;
  }
  const pages = Math.min(MOST_PAGES_OF_SQLITE, Math.floor(maxBytes / PAGE_SIZE));
  const limits = { reports: Math.floor(pages * SHARE_OF_REPORTS), outcomes: pages } as const;
  const pageCount = db.prepare('PRAGMA page_count');
  const freePages = db.prepare('PRAGMA freelist_count');
  let allowed: Writer | undefined;
  return {
    db,
    place: rememberPlace(file),
    allow: (writer) => {
      if (writer === allowed) return;
      db.exec(`PRAGMA max_page_count = ${limits[writer]}`);
      allowed = writer;
    },
    bytes: () => (Number(pageCount.get()?.['page_count']) - Number(freePages.get()?.['freelist_count'])) * PAGE_SIZE,
  };
};
