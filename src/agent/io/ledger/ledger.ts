import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../core/configuration/config.ts';
import { describe } from '../../core/errors.ts';
import type { LedgerOverview } from '../../core/record/overview.ts';
import { isUnsettled, type MeterRecord } from '../../core/record/record.ts';
import { NO_SHARES } from '../../core/tags/shares.ts';
import { type Hour, hourOf, type Instant, MINUTE, type Millis } from '../../core/time/hour.ts';
import { type Definition, definitionOf } from '../../core/usage/definition.ts';
import * as quantity from '../../core/usage/quantity.ts';
import type { Clock, Grant, Ledger, Log, Scheduler } from '../../ports.ts';
import { appendAll } from './append.ts';
import { beginOn } from './beginOn.ts';
import { type Books, makeBooks } from './books/books.ts';
import { makeBallast } from './disk/ballast.ts';
import { type Database, openWhole } from './disk/database.ts';
import { bytesIn, explained, MOST_BESIDE, prepareFolder } from './disk/folder.ts';
import { signIn, signOut } from './disk/holder.ts';
import { writeIntoPlace } from './disk/inPlace.ts';
import { openPatiently } from './disk/openPatiently.ts';
import { openSentHours } from './disk/sentHours.ts';
import { type Aside, setAside } from './disk/setAside.ts';
import { isFull, transaction } from './disk/transaction.ts';
import { makeWriter } from './disk/writer.ts';
import { makeGroupCommit } from './groupCommit.ts';
import { countLevels, forgetOldUsage } from './levelHours.ts';
import { writeOffForeignCarry } from './rows/carryProduct.ts';
import { makeDedupeWindow } from './rows/dedupeWindow.ts';
import { lossesOf } from './rows/losses.ts';
import { addUpPast } from './rows/past.ts';
import { makeStore, type Store } from './rows/store.ts';
import { freezeHour, settle } from './settle.ts';
import { straighten, toStraighten } from './straighten.ts';

export type LedgerOptions = {
  readonly settings: Config['ledger'];
  readonly product: string;
  readonly dimensions: Config['dimensions'];
  readonly policies: Config['metering'];
  readonly resource: string;
  readonly onEc2: boolean;
  /** Tells the disk under the ledger's folder by its serial number, where it has one. */
  readonly diskUnder?: (folder: string) => string | undefined;
  /** Up to when levels count: undefined from a replica that never led. Absent where there is no other replica. */
  readonly levelsUntil?: () => Instant | undefined;
  readonly clock: Clock;
  readonly scheduler: Pick<Scheduler, 'sleep' | 'afterTurn'>;
  readonly log: Log;
};

/** The open ledger's file was taken from its place, and all of it was written there again. */
export type Rescue = { readonly at: Instant; readonly why: string };

/** One look at the ledger, for the status. */
export type LedgerReading = {
  readonly id: string;
  /** Bytes of the file in use. */
  readonly bytes: number;
  /** Bytes of all files in the folder, and what they may come to. */
  readonly folder: { readonly bytes: number; readonly most: number };
  /** How far back ids are known, in ms. */
  readonly dedupe: Millis;
  /** Undefined while the disk takes what we write; else why not. The rest is then what was read last. */
  readonly trouble: string | undefined;
  /** When and why it had to be written anew into its place, in this process. */
  readonly rescues: readonly Rescue[];
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
  /** Called after each rescue: what else lay in its folder may be gone as well. */
  readonly onRescue: (listener: () => void) => void;
  /** Lets the file go without noting a clean end: the next start takes it for a crash. */
  readonly abandon: () => void;
};

export const FILE = 'ledger.db';

/** The first hour of the term that this replica began last. */
const TERM = 'term_from';

/** Hours sent longer ago than this can be used by nobody: AWS's window is six. */
const SENT_KEPT = 24;

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
  const sent = openSentHours(directory, ballast.drop);
  /** Does what needs room; on a full disk once more without the ballast. */
  const withRoom = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      if (!isFull(error) || !ballast.drop()) throw error;
      return work();
    }
  };
  const openFile = () => withRoom(() => openWhole(file, settings.maxBytes));
  const prepare = (database: Database) =>
    makeStore(database, { resource, product, keepIds: settings.dedupe.keep }, definitions);

  const begin = (store: Store, aside: Aside | undefined) =>
    beginOn(
      store,
      { resource, onEc2, disk: options.diskUnder?.(directory), maxPerHour, now: clock.wall() },
      { aside, lines: sent.lines() },
      { product, policies },
    );

  const tellLosses = (store: Store): void => {
    for (const { id: loss, what } of lossesOf(store.database.db)) {
      log.error('ledger lost', {
        loss,
        what,
        fix: `look into it, then "tollgate ledger acknowledge ${loss} --why TEXT"`,
      });
    }
  };

  const window = makeDedupeWindow(settings, clock);
  const first = await openPatiently(file, openFile, options);
  let id: string | undefined;
  let firstHour = hourOf(clock.wall());
  const rescues: Rescue[] = [];
  const rescueListeners: (() => void)[] = [];
  /** The monotonic moment at which we began on the ledger. */
  let begun = clock.monotonic();
  const writer = makeWriter(first.database, {
    reopen: () => {
      // Opening would make a new one: an empty ledger in the place of ours must never be taken for it.
      if (!existsSync(file)) throw new Error(`${file} is gone`);
      try {
        return openFile();
      } catch (error) {
        throw explained(file, error);
      }
    },
    replace: (error) => {
      const aside = setAside(file, error, clock.wall(), log);
      const store = prepare(openFile());
      begun = clock.monotonic();
      ({ id, firstHour } = transaction(store.database.db, () => begin(store, aside)));
      window.learn(store);
      tellLosses(store);
      return store;
    },
    rescue: (displaced, why) => {
      const at = clock.wall();
      withRoom(() => writeIntoPlace(displaced, file, () => setAside(file, new Error(why), at, log)));
      displaced.db.close();
      const database = openFile();
      rescues.push({ at, why });
      log.error('ledger rescued', {
        why,
        done: `all that it holds was written anew to ${file}`,
        fix: 'find who deletes, moves or restores files in this folder while the agent runs',
      });
      sent.restore();
      ballast.takeIn();
      signIn(directory, new Date(at).toISOString());
      for (const tell of rescueListeners) tell();
      return database;
    },
    prepare,
    isOurs: ({ meta }) => meta.get('id') === id && meta.get('resource') === resource,
    makeRoom: ballast.drop,
    log,
    clock,
  });
  signIn(directory, new Date(clock.wall()).toISOString());
  ballast.takeIn();
  const opening = writer.write('outcomes', (store) => begin(store, first.aside));
  ({ id, firstHour } = opening);
  const { crashedBefore } = opening;
  sent.begin();
  window.learn(writer.store());
  tellLosses(writer.store());

  const isTaken = (dimension: string, hour: Hour): boolean => writer.store().records.isTaken(dimension, hour);

  const idleDefinition = (dimension: string, hour: Hour, { openHours }: Store) => {
    const definition = definitions.get(dimension);
    if (definition === undefined) return undefined;
    return {
      dimension,
      hour,
      definition,
      counted: quantity.ZERO,
      moved: quantity.ZERO,
      ...openHours.carried(dimension, NO_SHARES, NO_SHARES),
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

  /** What the levels have come to, as far as they are ours to count. */
  const countLevelsHere = (store: Store, only?: string): void => {
    const until = options.levelsUntil === undefined ? clock.wall() : options.levelsUntil();
    if (until !== undefined) countLevels(store, Math.min(clock.wall(), until), only);
  };

  const judgedOf = (store: Store, token: string) => {
    const record = store.records.read(token);
    const conflictsBefore = store.openHours.conflictsOf(record.dimension);
    return { record, judged: { ...record, conflictsBefore, tagged: store.records.allocationsOf(token).length > 0 } };
  };

  const books = makeBooks(() => writer.store().database, writer);

  const lookInside = () => ({ bytes: writer.store().database.bytes(), overview: books.overview() });
  /** What was read last: while its disk fails, the status still says what the ledger held. */
  let look = lookInside();

  /** The last hour in which all that had become too old was added up. */
  let addedUp: Hour | undefined;
  /** Whether reports came since the last tick: a log that nobody writes to is made small. */
  let isBusy = false;

  /** Nothing of a record goes out before its hour stands in the file beside the ledger. */
  const noteSent = ({ hour, dimension, resource: owner, token }: MeterRecord): void =>
    sent.note({ hour, dimension, resource: owner, token });

  return {
    get id() {
      return id ?? opening.id;
    },
    firstHour: () => firstHour,
    crashedBefore,
    append: makeGroupCommit(scheduler, (group) =>
      writer.write('reports', (store) => {
        isBusy = true;
        signOfLife(store);
        return appendAll(group, store, clock.wall());
      }),
    ),
    agenda: () => ({ open: writer.store().openHours.list(), unsettled: writer.store().records.unsettled() }),
    freeze: (dimension, hour, decide) => {
      const record = writer.write('outcomes', (store) => {
        if (isTaken(dimension, hour)) return undefined;
        countLevelsHere(store, dimension);
        const { openHours } = store;
        writeOffForeignCarry(
          store,
          dimension,
          (openHours.definitionAt(dimension, hour) ?? definitions.get(dimension))?.product,
        );
        const open = openHours.read(dimension, hour) ?? idleDefinition(dimension, hour, store);
        if (open === undefined) return undefined;
        const freezing = decide({ ...open, previousToken: store.records.previousToken() });
        return freezeHour(store, open, freezing, firstHour, clock.wall());
      });
      if (record?.state !== 'sending') return record;
      try {
        noteSent(record);
      } catch (error) {
        // Nothing has been sent, so there is no doubt.
        writer.write('outcomes', ({ records }) => records.change(record.token, { state: 'waiting', doubt: false }));
        throw error;
      }
      return record;
    },
    begin: (token) => {
      const record = writer.store().records.read(token);
      if (isUnsettled(record.state)) noteSent(record);
      return writer.write('outcomes', ({ records }) => {
        records.begin(token);
        return records.readWhole(token);
      });
    },
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
    alive: () => {
      writer.attend();
      // A disk that failed is known to be well by a write alone, and reports need not come.
      if (writer.trouble() === undefined && !dimensions.some(({ meter }) => meter === 'average')) return;
      writer.write('outcomes', (store) => {
        signOfLife(store);
        countLevelsHere(store);
      });
    },
    idleHours: (dimension) => writer.store().awake.idle(dimension),
    tick: (hour, counts = true) => {
      writer.write('outcomes', (store) => {
        if (counts) store.awake.mark(hour);
        signOfLife(store);
        window.forget(store, hour);
        forgetOldUsage(store, hour, clock.wall());
        if (addedUp !== hour && !addUpPast(store, hour, settings.retain)) addedUp = hour;
      });
      const { database } = writer.store();
      try {
        database.fitLog();
        if (!isBusy) database.emptyLog();
      } catch (error) {
        // What is acknowledged is synced all the same, in the log; the next write says what is wrong with the disk.
        log.warn('ledger log', { why: describe(error) });
      }
      isBusy = false;
      sent.thin((hour - SENT_KEPT) as Hour);
      ballast.takeIn();
    },
    beginTerm: (from) => {
      if (writer.store().meta.get(TERM) === String(from)) return;
      writer.write('outcomes', ({ meta, levels, series }) => {
        levels.forget();
        series.begin(clock.wall(), false);
        meta.set(TERM, String(from));
      });
    },
    straighten: (now, slack) => {
      const found = toStraighten(writer.store(), { now, slack, age: clock.monotonic() - begun, firstHour });
      if (found === undefined) return;
      writer.write('outcomes', (store) => straighten(store, found, clock.wall()));
      firstHour = found.first;
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
      writer.write('outcomes', (store) => {
        countLevelsHere(store);
        store.meta.set('open', 'no');
      });
      writer.close();
      signOut(directory);
    },
    abandon: writer.close,
    onRescue: (listener) => void rescueListeners.push(listener),
    books,
    dedupeWindow: window.length,
    reading: () => {
      try {
        look = lookInside();
      } catch (error) {
        if (writer.trouble() === undefined) throw error;
      }
      const folder = { bytes: bytesIn(directory), most: settings.maxBytes + MOST_BESIDE };
      return { ...look, folder, id: id ?? opening.id, dedupe: window.length(), trouble: writer.trouble(), rescues };
    },
  };
};
