import { randomBytes } from 'node:crypto';
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../core/configuration/config.ts';
import { TollgateError, toError } from '../../core/errors.ts';
import { EXIT } from '../../core/exitCode.ts';
import type { LedgerOverview } from '../../core/record/overview.ts';
import { isUnsettled } from '../../core/record/record.ts';
import { endOf, type Hour, hourOf, type Instant, MINUTE, type Millis, SECOND, startOf } from '../../core/time/hour.ts';
import { type Definition, definitionOf } from '../../core/usage/definition.ts';
import * as quantity from '../../core/usage/quantity.ts';
import type { Clock, Grant, Ledger, Log, Scheduler } from '../../ports.ts';
import { appendAll } from './append.ts';
import { type Books, makeBooks } from './books/books.ts';
import { makeBallast } from './disk/ballast.ts';
import { openDatabase } from './disk/database.ts';
import { prepareFolder } from './disk/folder.ts';
import { holderOf, signIn, signOut } from './disk/holder.ts';
import { isBroken, isBusy } from './disk/transaction.ts';
import { makeWriter } from './disk/writer.ts';
import { makeGroupCommit } from './groupCommit.ts';
import { makeStore, type Store } from './rows/store.ts';
import { freezeHour, settle } from './settle.ts';
import { leaveShadow, takeOver } from './takeOver.ts';

export type LedgerOptions = {
  readonly settings: Config['ledger'];
  readonly product: string;
  readonly dimensions: Config['dimensions'];
  readonly policies: Config['metering'];
  readonly resource: string;
  readonly onEc2: boolean;
  readonly clock: Clock;
  readonly scheduler: Pick<Scheduler, 'sleep' | 'afterTurn'>;
  readonly log: Log;
};

/** One look at the ledger, for the status. */
export type LedgerReading = {
  readonly id: string;
  /** Bytes of the file in use. */
  readonly bytes: number;
  /** How far back ids are known, in ms. */
  readonly dedupe: Millis;
  /** Undefined while the disk takes what we write; else why not. */
  readonly trouble: string | undefined;
  readonly overview: LedgerOverview;
};

/** The ledger, and what only its own commands and the status ask of it. */
export type OpenLedger = Ledger & {
  readonly books: Books;
  /** What the status says of it at this moment. */
  readonly reading: () => LedgerReading;
  /** How far back an id is still known, in ms. */
  readonly dedupeWindow: () => Millis;
  /** Whether the process before this one ended without a clean stop. */
  readonly crashedBefore: boolean;
  /** Lets the file go without noting a clean end: the next start takes it for a crash. */
  readonly abandon: () => void;
};

export const FILE = 'ledger.db';
const LOOK_AGAIN: Millis = SECOND / 4;

/** The file's share of the bound at which the dedupe window begins to shrink. */
const CROWDED = 3 / 4;

/** Opens the database file, waiting while another process holds it. A file that is no ledger is set aside, never deleted. */
const openPatiently = async (file: string, { settings, clock, scheduler, log }: LedgerOptions) => {
  const until = clock.monotonic() + settings.wait;
  for (let told = false; ; told = true) {
    try {
      return openDatabase(file, settings.maxBytes);
    } catch (error) {
      if (isBroken(error)) {
        const aside = `${file}.broken-${new Date(clock.wall()).toISOString().replaceAll(':', '')}`;
        for (const suffix of ['', '-wal']) {
          try {
            renameSync(`${file}${suffix}`, `${aside}${suffix}`);
          } catch (missing) {
            if (suffix === '') throw missing;
          }
        }
        log.error('ledger set aside', { file, aside, why: toError(error).message });
        continue;
      }
      if (!isBusy(error)) throw error;
      const holder = holderOf(settings.directory);
      if (clock.monotonic() >= until) {
        throw new TollgateError('ledger_in_use', `the ledger ${file} is in use by ${holder}`, {
          remedy: `stop that process, or give this one its own ledger.directory; it was waited for ${settings.wait / SECOND} s (ledger.wait)`,
          exitCode: EXIT.ledger,
        });
      }
      if (!told) log.warn('ledger in use', { file, holder, waiting: `${settings.wait / SECOND} s` });
      await scheduler.sleep(LOOK_AGAIN);
    }
  }
};

/**
 * Opens the ledger of this resource. Throws a TollgateError (exit 73) when the folder cannot be written, lies on a network
 * file system, or is held by another process for longer than `ledger.wait`.
 */
export const openLedger = async (options: LedgerOptions): Promise<OpenLedger> => {
  const { settings, product, dimensions, policies, resource, onEc2, clock, scheduler, log } = options;
  const { directory } = settings;
  for (const warning of prepareFolder(directory)) log.warn('ledger folder', { warning });
  const file = join(directory, FILE);
  const definitions: ReadonlyMap<string, Definition> = new Map(
    dimensions.map((dimension) => [dimension.name, definitionOf(product, dimension)]),
  );
  const maxPerHour = new Map(
    dimensions.flatMap(({ name, maxPerHour: most }) => (most === undefined ? [] : [[name, most]])),
  );
  const ballast = makeBallast(directory);
  let id: string | undefined;
  const writer = makeWriter(await openPatiently(file, options), {
    reopen: () => {
      // Opening would make a new one: an empty ledger in the place of ours must never be taken for it.
      if (!existsSync(file)) throw new Error(`${file} is gone`);
      return openDatabase(file, settings.maxBytes);
    },
    prepare: (database) => makeStore(database, { resource, product }, definitions),
    isOurs: ({ meta }) => meta.get('id') === id && meta.get('resource') === resource,
    makeRoom: ballast.drop,
    log,
    clock,
  });
  signIn(directory, new Date(clock.wall()).toISOString());
  ballast.takeIn();

  const opening = writer.write('outcomes', (store) => {
    const { meta } = store;
    const now = clock.wall();
    const known = meta.get('id') ?? randomBytes(8).toString('hex');
    const crashed = meta.get('open') === 'yes';
    meta.set('id', known);
    meta.set('open', 'yes');
    const first = takeOver(store, { resource, firstHour: hourOf(now), onEc2, now, maxPerHour }, policies);
    if (meta.get('mode') === 'shadow' && policies.mode === 'send') leaveShadow(store, resource, now);
    meta.set('mode', policies.mode);
    meta.set('last_write', String(now));
    return { id: known, firstHour: first, crashedBefore: crashed };
  });
  id = opening.id;
  const { crashedBefore } = opening;
  let { firstHour } = opening;

  const isTaken = (dimension: string, hour: Hour): boolean => writer.store().records.isTaken(dimension, hour);

  const idleDefinition = (dimension: string, hour: Hour, { openHours }: Store) => {
    const definition = definitions.get(dimension);
    if (definition === undefined) return undefined;
    const carried = openHours.carryOf(dimension);
    return {
      dimension,
      hour,
      definition,
      counted: quantity.ZERO,
      moved: quantity.ZERO,
      carried,
      reports: 0,
      origin: hour,
    };
  };

  /** Notes that somebody is alive here, for whoever finds this ledger later; once a minute is often enough. */
  let lastWrite = clock.monotonic();
  const signOfLife = ({ meta }: Store): void => {
    if (clock.monotonic() - lastWrite < MINUTE) return;
    lastWrite = clock.monotonic();
    meta.set('last_write', String(clock.wall()));
  };

  const judgedOf = (store: Store, token: string) => {
    const record = store.records.read(token);
    return { record, judged: { ...record, conflictsBefore: store.openHours.conflictsOf(record.dimension) } };
  };

  /** Forgets ids beyond the window; a crowded file shrinks the window, never below `least`. */
  const forget = (store: Store, now: Instant): void => {
    const { ids, meta, database } = store;
    const since = hourOf(now - settings.dedupe.keep);
    ids.forgetBefore(since);
    const floor = hourOf(now - settings.dedupe.least);
    for (let oldest = ids.oldest(); oldest !== undefined && oldest < floor; oldest = ids.oldest()) {
      if (database.bytes() <= settings.maxBytes * CROWDED) break;
      ids.forgetBefore((oldest + 1) as Hour);
      meta.set('ids_since', String(oldest + 1));
      idsSince = String(oldest + 1);
    }
  };

  const books = makeBooks(() => writer.store().database.db, writer);

  /** Since when all ids are known, if some were forgotten early for want of room. */
  let idsSince = writer.store().meta.get('ids_since');
  const dedupeWindow = (): Millis => {
    const { keep } = settings.dedupe;
    if (idsSince === undefined) return keep;
    return Math.max(MINUTE, Math.min(keep, clock.wall() - startOf(Number(idsSince) as Hour)));
  };

  return {
    id: opening.id,
    firstHour: () => firstHour,
    crashedBefore,
    append: makeGroupCommit(scheduler, (group) =>
      writer.write('reports', (store) => {
        signOfLife(store);
        return appendAll(group, { ids: store.ids, openHours: store.openHours, isTaken });
      }),
    ),
    agenda: () => ({ open: writer.store().openHours.list(), unsettled: writer.store().records.unsettled() }),
    freeze: (dimension, hour, decide) =>
      writer.write('outcomes', (store) => {
        if (isTaken(dimension, hour)) return undefined;
        const open = store.openHours.read(dimension, hour) ?? idleDefinition(dimension, hour, store);
        if (open === undefined) return undefined;
        const freezing = decide({ ...open, previousToken: store.records.previousToken() });
        return freezeHour(store, open, freezing, firstHour, clock.wall());
      }),
    begin: (token) =>
      writer.write('outcomes', ({ records }) => {
        records.begin(token);
        return records.read(token);
      }),
    judge: ({ token, attempts }, answer, decide) =>
      writer.write('outcomes', (store) => {
        const { record, judged } = judgedOf(store, token);
        // An answer that could not be written at its time may come when the record has been settled, by a later attempt
        // or by a person, or because what seemed not to be written was: it must not be applied again.
        if (!isUnsettled(record.state)) return record;
        store.records.note(token, answer);
        const outcome = decide(judged);
        const late = attempts < record.attempts && isUnsettled(outcome.state);
        const state = late ? record.state : outcome.state;
        settle(store, record, { ...outcome, state }, firstHour, clock.wall());
        return store.records.read(token);
      }),
    expire: (token, decide) =>
      writer.write('outcomes', (store) => {
        const { record, judged } = judgedOf(store, token);
        if (!isUnsettled(record.state)) return record;
        const doubt = judged.doubt || record.state === 'sending';
        settle(store, record, decide({ ...judged, doubt }), firstHour, clock.wall());
        return store.records.read(token);
      }),
    idleHours: (dimension) => writer.store().awake.idle(dimension),
    tick: (hour) => {
      writer.write('outcomes', (store) => {
        store.awake.mark(hour);
        signOfLife(store);
        store.ids.date(hour);
        // By AWS's time: a wall clock that is set ahead for a minute must not make us forget what we know.
        forget(store, endOf(hour));
      });
      ballast.takeIn();
    },
    pullBack: (open, slack) => {
      const ahead = writer
        .store()
        .openHours.list()
        .filter(({ hour }) => hour > open + slack);
      if (ahead.length === 0 && firstHour <= open) return;
      writer.write('outcomes', (store) => {
        firstHour = Math.min(firstHour, open) as Hour;
        store.meta.set('first_hour', String(firstHour));
        for (const { dimension, hour } of ahead) store.openHours.merge(dimension, hour, open);
      });
    },
    carrying: () =>
      [...definitions.keys()].filter(
        (dimension) => quantity.compare(writer.store().openHours.carryOf(dimension), quantity.ZERO) > 0,
      ),
    grant: () => {
      const text = writer.store().meta.get('grant');
      return text === undefined ? undefined : (JSON.parse(text) as Grant);
    },
    setGrant: (grant) =>
      writer.write('outcomes', ({ meta }) =>
        meta.set('grant', grant === undefined ? undefined : JSON.stringify(grant)),
      ),
    close: () => {
      writer.write('outcomes', ({ meta }) => meta.set('open', 'no'));
      writer.close();
      signOut(directory);
    },
    abandon: writer.close,
    books,
    dedupeWindow,
    reading: () => ({
      id: opening.id,
      bytes: writer.store().database.bytes(),
      dedupe: dedupeWindow(),
      trouble: writer.trouble(),
      overview: books.overview(),
    }),
  };
};
