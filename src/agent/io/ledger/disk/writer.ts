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
  readonly store: () => Store;
  readonly trouble: () => string | undefined;
  readonly close: () => void;
};

/** After an error of the disk the file is reopened no sooner than this. */
const REST: Millis = 2 * SECOND;

export const makeWriter = (
  opened: Database,
  {
    reopen,
    replace,
    prepare,
    isOurs,
    makeRoom,
    log,
    clock,
  }: {
    /** Opens the file again, checked. */
    readonly reopen: () => Database;
    /** Puts a broken file aside and begins a new one. */
    readonly replace: (error: unknown) => Store;
    readonly prepare: (database: Database) => Store;
    /** Whether what was opened again is the ledger that was lost, and not an empty or another one in its place. */
    readonly isOurs: (store: Store) => boolean;
    /** Frees some room on a full disk; false when there is none to free. */
    readonly makeRoom: () => boolean;
    readonly log: Log;
    readonly clock: Clock;
  },
): LedgerWriter => {
  let store = prepare(opened);
  let failed:
    | { readonly why: string; readonly at: Millis; readonly reopen: boolean; readonly party: Party }
    | undefined;

  /** An error of the disk: whether the last write is there cannot be known from this connection any more. */
  const mend = (): void => {
    if (failed === undefined || !failed.reopen) return;
    if (clock.monotonic() - failed.at < REST) throw unavailable(failed.why, undefined);
    let database: Database | undefined;
    try {
      if (store.database.db.isOpen) store.database.db.close();
      try {
        database = reopen();
      } catch (error) {
        if (!isBroken(error)) throw error;
        store = replace(error);
        return;
      }
      const found = prepare(database);
      if (!isOurs(found)) throw new Error('another ledger lies in its place');
      store = found;
    } catch (error) {
      // A connection that is not closed keeps the lock, and the next try would wait for ourselves.
      if (database?.db.isOpen === true) database.db.close();
      failed = { ...failed, why: toError(error).message, at: clock.monotonic() };
      throw unavailable(failed.why, error);
    }
  };

  const write = <T>(party: Party, work: (store: Store) => T): T => {
    mend();
    const { database } = store;
    try {
      database.allow(party);
      const result = transaction(database.db, () => work(store));
      // Outcomes still fit where reports do not: their success says nothing of the room for reports.
      if (failed !== undefined && (failed.reopen || failed.party === party)) {
        log.info('ledger works again', { after: failed.why });
        failed = undefined;
      }
      return result;
    } catch (error) {
      if (!isSqlite(error)) {
        store = prepare(database);
        throw error;
      }
      const full = isFull(error);
      if (full && party === 'outcomes' && makeRoom()) {
        store = prepare(database);
        return write(party, work);
      }
      const why = full ? 'the disk or ledger.maxBytes is full' : toError(error).message;
      if (failed?.why !== why) log.error('ledger trouble', { why });
      failed = { why, at: clock.monotonic(), reopen: !full, party };
      if (!full) throw uncertain(why, error);
      store = prepare(database);
      throw unavailable(why, error);
    }
  };

  return {
    write,
    store: () => {
      if (!store.database.db.isOpen) throw unavailable(failed?.why ?? 'it is closed', undefined);
      return store;
    },
    trouble: () => failed?.why,
    close: () => store.database.db.close(),
  };
};
