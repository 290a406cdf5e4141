import { chmodSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type InPlace, rememberPlace } from './inPlace.ts';
import { isForeign, migrate } from './schema.ts';
import { broken, isFull } from './transaction.ts';

const PAGE_SIZE = 4096;

/** The share of the bound that reports and ids may fill; the rest is kept for records, attempts and receipts. */
const SHARE_OF_REPORTS = 7 / 8;

/** The log is brought into the file at so many pages. */
const LONG_LOG = 1000;
const SHORT_LOG = 16;

/** Of what is free on the disk the log may take this share, so that the file can always grow by what the log holds. */
const SHARE_OF_LOG = 1 / 8;

const pagesOfLog = (folder: string): number => {
  const { bavail, bsize } = statfsSync(folder);
  return Math.min(LONG_LOG, Math.max(SHORT_LOG, Math.floor((bavail * bsize * SHARE_OF_LOG) / PAGE_SIZE)));
};

const EMPTY_LOG = 'PRAGMA wal_checkpoint(TRUNCATE)';

const MOST_PAGES_OF_SQLITE = 4_294_967_294;

/** Who writes now: reports stop earlier than outcomes, so that what was acknowledged can always be settled. */
export type Writer = 'reports' | 'outcomes';

export type Database = {
  readonly db: DatabaseSync;
  /** The files that it holds. */
  readonly place: InPlace;
  readonly allow: (writer: Writer) => void;
  /** Lets the log grow no further than the disk has room for beside the file that it is brought into; once in a while. */
  readonly fitLog: () => void;
  /** Brings all that the log holds into the file, synced, and gives the log's room back; false when there is no room for that. */
  readonly emptyLog: () => boolean;
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
    db.exec(EMPTY_LOG);
  } catch (error) {
    db.close();
    throw error;
  }
  const pages = Math.min(MOST_PAGES_OF_SQLITE, Math.floor(maxBytes / PAGE_SIZE));
  const limits = { reports: Math.floor(pages * SHARE_OF_REPORTS), outcomes: pages } as const;
  const pageCount = db.prepare('PRAGMA page_count');
  const freePages = db.prepare('PRAGMA freelist_count');
  let allowed: Writer | undefined;
  const fitLog = (): void => db.exec(`PRAGMA wal_autocheckpoint = ${pagesOfLog(dirname(file))}`);
  fitLog();
  return {
    fitLog,
    db,
    place: rememberPlace(file),
    allow: (writer) => {
      if (writer === allowed) return;
      db.exec(`PRAGMA max_page_count = ${limits[writer]}`);
      allowed = writer;
    },
    emptyLog: () => {
      try {
        db.exec(EMPTY_LOG);
        fitLog();
        return true;
      } catch (error) {
        if (!isFull(error)) throw error;
        return false;
      }
    },
    bytes: () => (Number(pageCount.get()?.['page_count']) - Number(freePages.get()?.['freelist_count'])) * PAGE_SIZE,
  };
};
