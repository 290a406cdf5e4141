import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { TollgateError, toError } from '../../../core/errors.ts';
import { EXIT } from '../../../core/exitCode.ts';
import { openDatabase } from '../disk/database.ts';
import { finishRescue } from '../disk/inPlace.ts';
import { isBroken, isBusy } from '../disk/transaction.ts';
import { makeWriter } from '../disk/writer.ts';
import { FILE } from '../ledger.ts';
import { makeMeta } from '../rows/meta.ts';
import { makeStore } from '../rows/store.ts';
import { type Books, makeBooks } from './books.ts';

const GENEROUS = 2 ** 40;

const damaged = (file: string, error: unknown): TollgateError =>
  new TollgateError('ledger_broken', `${file} is damaged, or no ledger at all: ${toError(error).message}`, {
    remedy:
      'keep a copy of it; the agent puts it aside at its next start, begins a new one and says what is lost. Nothing was changed',
    exitCode: EXIT.ledger,
    cause: error,
  });

export type DeadLedger = { readonly books: Books; readonly close: () => void };

/**
 * Opens a ledger that no agent holds, for its commands alone: its owner, hours and marks stay as they are. Undefined while
 * an agent holds it. Throws a TollgateError when there is none.
 */
export const openDeadLedger = (directory: string): DeadLedger | undefined => {
  const file = join(directory, FILE);
  finishRescue(file);
  if (!existsSync(file)) {
    throw new TollgateError('ledger_missing', `there is no ledger in ${directory}`, {
      remedy: 'name its folder with --ledger, or the configuration that says where it is with --config',
      exitCode: EXIT.ledger,
    });
  }
  try {
    const silent = () => undefined;
    const database = openDatabase(file, GENEROUS);
    const { get } = makeMeta(database.db);
    const owner = { resource: get('resource') ?? '', product: get('product'), keepIds: 0 };
    const writer = makeWriter(database, {
      reopen: () => openDatabase(file, GENEROUS),
      prepare: (opened) => makeStore(opened, owner, new Map()),
      replace: (error) => {
        throw error;
      },
      rescue: (_, why) => {
        throw new Error(why);
      },
      isOurs: () => true,
      makeRoom: () => false,
      log: { debug: silent, info: silent, warn: silent, error: silent },
      clock: { wall: Date.now, monotonic: () => performance.now() },
    });
    return { books: makeBooks(() => writer.store().database, writer), close: writer.close };
  } catch (error) {
    if (isBusy(error)) return undefined;
    if (isBroken(error)) throw damaged(file, error);
    throw error;
  }
};
