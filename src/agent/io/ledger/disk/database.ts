import { chmodSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { migrate } from './schema.ts';

const PAGE_SIZE = 4096;

/** The share of the bound that reports and ids may fill; the rest is kept for records, attempts and receipts. */
const SHARE_OF_REPORTS = 7 / 8;

const MOST_PAGES_OF_SQLITE = 4_294_967_294;

/** Who writes now: reports stop earlier than outcomes, so that what was acknowledged can always be settled. */
export type Writer = 'reports' | 'outcomes';

export type Database = {
  readonly db: DatabaseSync;
  readonly allow: (writer: Writer) => void;
  /** Bytes in use, without pages that were freed. */
  readonly bytes: () => number;
};

/**
 * Opens the file for ourselves alone: exclusive lock, write-ahead log, every commit synced. Throws SQLite's error when it
 * is locked, broken or cannot be written.
 */
export const openDatabase = (file: string, maxBytes: number): Database => {
  const db = new DatabaseSync(file, { timeout: 0 });
  try {
    db.exec(`
      PRAGMA page_size = ${PAGE_SIZE};
      PRAGMA locking_mode = EXCLUSIVE;
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
    allow: (writer) => {
      if (writer === allowed) return;
      db.exec(`PRAGMA max_page_count = ${limits[writer]}`);
      allowed = writer;
    },
    bytes: () => (Number(pageCount.get()?.['page_count']) - Number(freePages.get()?.['freelist_count'])) * PAGE_SIZE,
  };
};
