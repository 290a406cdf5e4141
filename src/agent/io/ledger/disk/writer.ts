import { toError } from '../../../core/errors.ts';
import { type Millis, SECOND } from '../../../core/time/hour.ts';
import type { Clock, Log } from '../../../ports.ts';
import type { Store } from '../rows/store.ts';
import type { Database, Writer as Party } from './database.ts';
import { isBroken, isFull, isSqlite, transaction } from './transaction.ts';
import { unavailable, uncertain } from './trouble.ts';

/** Runs transactions and keeps the ledger usable through a disk that is full, fails or turns read-only. */
export type LedgerWriter = {
  /** One transaction. Throws a TollgateError: `ledger_unavailable` when nothing was written, `ledger_uncertain` when the disk failed in the middle. */
  readonly write: <T>(party: Party, work: (store: Store) => T) => T;
  /** What the ledger holds. Throws `ledger_unavailable` while it cannot be read. */
  readonly store: () => Store;
  /** Undefined while the disk takes what is written; else why not. */
  readonly trouble: () => string | undefined;
  /** Mends what can be mended although nobody writes. Throws as `write`. */
  readonly attend: () => void;
  readonly close: () => void;
};

export const FULL = 'the disk or ledger.maxBytes is full';

/** After an error of the disk the file is reopened no sooner than this. */
const REST: Millis = 2 * SECOND;

/** What is wrong. */
type Failure = {
  readonly why: string;
  /** Monotonic. */
  readonly at: Millis;
  readonly party: Party;
  /** What it takes: room on the disk, the file opened again, or, when it was, the first write that succeeds. */
  readonly needs: 'room' | 'reopening' | 'proof';
};

export type WriterParts = {
  /** Opens the file again, checked; what its log holds is synced then. */
  readonly reopen: () => Database;
  /** Puts a broken file aside and begins a new one. */
  readonly replace: (error: unknown) => Store;
  /** Writes the ledger anew into the place that it was taken from, and opens it there; the old connection is closed. */
  readonly rescue: (displaced: Database, why: string) => Database;
  readonly prepare: (database: Database) => Store;
  /** Whether what was opened again is the ledger that was lost, and not an empty or another one in its place. */
  readonly isOurs: (store: Store) => boolean;
  /** Frees some room on a full disk; false when there is none to free. */
  readonly makeRoom: () => boolean;
  readonly log: Log;
  readonly clock: Clock;
};

export const makeWriter = (
  opened: Database,
  { reopen, replace, rescue, prepare, isOurs, makeRoom, log, clock }: WriterParts,
): LedgerWriter => {
  let store = prepare(opened);
  let failed: Failure | undefined;

  const fail = (failure: Omit<Failure, 'at'>): void => {
    if (failed?.why !== failure.why) log.error('ledger trouble', { why: failure.why });
    failed = { ...failure, at: clock.monotonic() };
  };

  /** Takes a file that was opened again for ours, if it is. */
  const takeUp = (database: Database): void => {
    try {
      const found = prepare(database);
      if (!isOurs(found)) throw new Error('another ledger lies in its place');
      store = found;
    } catch (error) {
      // A connection that is not closed keeps the lock, and the next try would wait for ourselves.
      database.db.close();
      throw error;
    }
  };

  const openAgain = (): void => {
    const { db, place } = store.database;
    const why = db.isOpen ? place.displaced() : undefined;
    if (why !== undefined) {
      takeUp(rescue(store.database, why));
      return;
    }
    if (db.isOpen) db.close();
    let database: Database;
    try {
      database = reopen();
    } catch (error) {
      if (!isBroken(error)) throw error;
      store = replace(error);
      return;
    }
    takeUp(database);
  };

  /** An error of the disk: whether the last write is there cannot be known from this connection any more. */
  const mend = (): void => {
    if (failed?.needs !== 'reopening') return;
    if (clock.monotonic() - failed.at < REST) throw unavailable(failed.why, undefined);
    try {
      openAgain();
      failed = { ...failed, needs: 'proof' };
    } catch (error) {
      fail({ ...failed, why: toError(error).message });
      throw unavailable(toError(error).message, error);
    }
  };

  /** What was just written counts only where the next process looks for it. */
  const stayInPlace = (party: Party): void => {
    const why = store.database.place.displaced();
    if (why === undefined) return;
    try {
      takeUp(rescue(store.database, why));
    } catch (error) {
      fail({ why: `${why}, and it cannot be written anew: ${toError(error).message}`, party, needs: 'reopening' });
      throw uncertain(failed?.why ?? why, error);
    }
  };

  /** What makes room on a full disk, one after the other: the log's own, which may be all that is in the way, then the ballast. */
  const waysToRoom = (party: Party): readonly (() => boolean)[] => {
    const isTried = failed?.needs === 'room' && clock.monotonic() - failed.at < REST;
    const emptyLog = (): boolean => store.database.emptyLog();
    return [
      ...(isTried ? [] : [emptyLog]),
      // What the log holds may have no room in the file until the ballast is out.
      ...(party === 'outcomes' ? [makeRoom, () => store.database.emptyLog()] : []),
    ];
  };

  const commit = <T>(party: Party, work: (store: Store) => T): T => {
    const ways = new Set(waysToRoom(party));
    /** Each is taken once; the first that makes room is enough. */
    const isOfUse = (way: () => boolean): boolean => ways.delete(way) && way();
    for (;;) {
      const { database } = store;
      try {
        database.allow(party);
        return transaction(database.db, () => work(store));
      } catch (error) {
        // What was prepared knows of things that were rolled back; what is opened again is prepared then.
        if (!isSqlite(error) || isFull(error)) store = prepare(database);
        if (!isFull(error)) throw error;
        if (![...ways].some(isOfUse)) throw error;
      }
    }
  };

  const write = <T>(party: Party, work: (store: Store) => T): T => {
    mend();
    let result: T;
    try {
      result = commit(party, work);
    } catch (error) {
      if (!isSqlite(error)) throw error;
      const full = isFull(error);
      const why = full ? FULL : toError(error).message;
      fail({ why, party, needs: full ? 'room' : 'reopening' });
      throw full ? unavailable(why, error) : uncertain(why, error);
    }
    stayInPlace(party);
    // Outcomes still fit where reports do not: their success says nothing of the room for reports.
    if (failed !== undefined && (failed.needs !== 'room' || failed.party === party)) {
      log.info('ledger works again', { after: failed.why });
      failed = undefined;
    }
    return result;
  };

  return {
    write,
    store: () => {
      mend();
      if (!store.database.db.isOpen) throw unavailable(failed?.why ?? 'it is closed', undefined);
      return store;
    },
    trouble: () => failed?.why,
    attend: () => {
      mend();
      stayInPlace('outcomes');
    },
    close: () => store.database.db.close(),
  };
};
