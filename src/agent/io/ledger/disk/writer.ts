import { TollgateError, toError } from '../../../core/errors.ts';
import { EXIT } from '../../../core/exitCode.ts';
import { type Millis, SECOND } from '../../../core/time/hour.ts';
import type { Clock, Log } from '../../../ports.ts';
import type { Store } from '../rows/store.ts';
import type { Database, Writer as Party } from './database.ts';
import { isFull, isSqlite, transaction } from './transaction.ts';

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

const unavailable = (why: string, cause: unknown): TollgateError =>
  new TollgateError('ledger_unavailable', `the ledger takes nothing at the moment: ${why}`, {
    remedy:
      'free room on its volume or mend the volume; nothing that was acknowledged is lost, and the agent goes on by itself',
    exitCode: EXIT.ledger,
    cause,
  });

/** The disk failed in the middle: what was being written may be there all the same when the file is opened again. */
const uncertain = (why: string, cause: unknown): TollgateError =>
  new TollgateError('ledger_uncertain', `the disk failed while the ledger wrote: ${why}`, {
    remedy:
      'mend the volume; the agent opens the file again by itself. Repeat reports only under an id or an Idempotency-Key',
    exitCode: EXIT.ledger,
    cause,
  });

/** Whether the rows on disk are whole, as far as SQLite can tell quickly. */
const isWhole = ({ db }: Database): boolean => db.prepare('PRAGMA quick_check(1)').get()?.['quick_check'] === 'ok';

export const makeWriter = (
  opened: Database,
  {
    reopen,
    prepare,
    isOurs,
    makeRoom,
    log,
    clock,
  }: {
    readonly reopen: () => Database;
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
      database = reopen();
      if (!isWhole(database)) throw new Error('its check failed after it was opened again');
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
