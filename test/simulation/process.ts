import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { TollgateError } from '../../src/agent/core/errors.ts';
import type { Verdict } from '../../src/agent/core/gate/verdict.ts';
import * as hour from '../../src/agent/core/time/hour.ts';
import { type OpenLedger, openLedger } from '../../src/agent/io/ledger/ledger.ts';
import type { Ledger, Marketplace } from '../../src/agent/ports.ts';
import { makeFlushing } from '../../src/agent/services/flushing.ts';
import { makeRecording } from '../../src/agent/services/recording.ts';
import { makeReporting } from '../../src/agent/services/reporting.ts';
import { makeSending } from '../../src/agent/services/sending.ts';
import { makeTimekeeping } from '../../src/agent/services/timekeeping.ts';
import { PRODUCT } from '../support/taskAtAws.ts';
import { POLICIES, SILENT } from '../support/tollWorld.ts';
import type { Cloud } from './cloud.ts';
import { configurationOf } from './configurations.ts';
import type { Dice } from './dice.ts';
import type { CrashPoint } from './story.ts';
import type { makeTime } from './time.ts';

/** Where memory is the disk, a crash costs a millisecond. */
export const DISK = existsSync('/dev/shm') ? '/dev/shm' : '/tmp';

const GRANTED: Verdict = {
  value: 'granted',
  reason: 'simulated',
  since: 0,
  confirmed: true,
  remembered: false,
  exitCode: 0,
};

/** Thrown where a process that has died would go on. */
class Dead extends Error {}

export type ProcessWorld = {
  readonly time: ReturnType<typeof makeTime>;
  readonly cloud: Cloud;
  readonly dice: Dice;
  readonly trace: (line: string) => void;
  readonly broken: (line: string) => void;
  /** `flaky`: some writes fail, and of those some are on disk all the same. */
  readonly disk: () => 'full' | 'flaky' | 'fine';
  /** Told once, when the process has died, with the folder that it leaves behind. */
  readonly onDeath: (folder: string) => void;
};

const walOf = (folder: string): string => join(folder, 'ledger.db-wal');
const sentOf = (folder: string): string => join(folder, 'sent-hours');
const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

/** What a machine finds after a crash: the file, and of its log what was synced and perhaps some of what was not. */
const remains = (folder: string, keepOfWal: number | undefined, keepOfSent: number | undefined): string => {
  const left = mkdtempSync(join(DISK, 'tollgate-sim-'));
  for (const name of ['ledger.db', 'ledger.db-wal', 'sent-hours']) {
    if (existsSync(join(folder, name))) copyFileSync(join(folder, name), join(left, name));
  }
  if (keepOfWal !== undefined && existsSync(walOf(left))) truncateSync(walOf(left), keepOfWal);
  // An hour's line is written when its record is on disk: a torn commit has none.
  if (keepOfSent !== undefined && existsSync(sentOf(left))) truncateSync(sentOf(left), keepOfSent);
  return left;
};

/** Enough steps of the loop's inner queue for an answer to reach whoever waits for it, and none of the loop itself. */
const answered = async (): Promise<void> => {
  for (let step = 0; step < 20; step += 1) await undefined;
};

/** One process of the agent: real services over the real ledger, every effect a place where it may die. */
export const startProcess = async (
  world: ProcessWorld,
  {
    folder,
    resource,
    launchedAt,
    variant,
  }: { readonly folder: string; readonly resource: string; readonly launchedAt: number; readonly variant: number },
) => {
  const dimensions = configurationOf(variant);
  const { time, cloud, dice, trace, broken, disk } = world;
  const { clock, scheduler } = time;
  let dead = false;
  let armed: { readonly point: CrashPoint; effects: number } | undefined;
  let flushing = false;

  const openAs = (owner: string): Promise<OpenLedger> =>
    openLedger({
      settings: {
        directory: folder,
        maxBytes: 2 ** 28,
        dedupe: { keep: 48 * hour.HOUR, least: hour.HOUR },
        retain: 90 * hour.DAY,
        wait: 0,
      },
      product: PRODUCT,
      dimensions,
      policies: POLICIES,
      resource: owner,
      onEc2: false,
      clock,
      scheduler: turnScheduler,
      log: SILENT,
    });

  const die = (keepOfWal?: number, keepOfSent?: number): never => {
    if (!dead) {
      dead = true;
      const left = remains(folder, keepOfWal, keepOfSent);
      opened.abandon();
      rmSync(folder, { recursive: true, force: true });
      time.forgetSleepers();
      world.onDeath(left);
    }
    throw new Dead('the process has died');
  };

  const mustDie = (): CrashPoint | undefined => {
    if (armed === undefined) return undefined;
    if (armed.effects > 0) {
      armed.effects -= 1;
      return undefined;
    }
    return armed.point;
  };

  const diskFails = (): 'before' | 'after' | undefined => {
    if (disk() === 'full') return 'before';
    if (disk() === 'fine' || dice.chance(0.7)) return undefined;
    return dice.pick(['before', 'after'] as const);
  };

  /** One effect on the disk. */
  const write = <T>(name: string, work: () => T): T => {
    if (dead) throw new Dead('the process is dead');
    trace(name);
    // A tick comes first in every pass: most deaths belong to what comes after it.
    const point = name === 'tick' && !dice.chance(0.2) ? undefined : mustDie();
    if (point === 'before') die();
    const before = sizeOf(walOf(folder));
    const sent = sizeOf(sentOf(folder));
    const fails = diskFails();
    if (fails === 'before') {
      if (point !== undefined) die();
      throw new TollgateError('ledger_unavailable', 'the disk is full', { exitCode: 73 });
    }
    const result = work();
    const after = sizeOf(walOf(folder));
    // In the middle of a commit: of what was being written anything may have reached the disk, of what was synced all has.
    if (point === 'torn') die(after > before ? dice.whole(before, after) : undefined, sent);
    if (point === 'after') die();
    if (fails === 'after') throw new TollgateError('ledger_uncertain', 'the disk failed', { exitCode: 73 });
    return result;
  };

  /** A group commit is one effect too: it happens in the turn of the loop after everything that came in one. */
  const turnScheduler = {
    ...scheduler,
    afterTurn: (commit: () => void): void =>
      scheduler.afterTurn(() => {
        if (dead) return;
        const point = mustDie();
        try {
          if (point === 'before') die();
          const before = sizeOf(walOf(folder));
          commit();
          const after = sizeOf(walOf(folder));
          if (point === 'torn') die(after > before ? dice.whole(before, after) : undefined, sizeOf(sentOf(folder)));
          // Those who waited have their answer, and then it dies.
          if (point === 'after')
            void answered()
              .then(() => die())
              .catch(() => undefined);
        } catch (error) {
          if (!(error instanceof Dead)) throw error;
        }
      }),
  };

  const opened = await openAs(resource);

  const ledger: Ledger = {
    ...opened,
    append: async (batch, place) => {
      if (dead) return new Promise(() => undefined);
      try {
        const fails = diskFails();
        const unavailable = { kind: 'unavailable', reason: 'the disk fails', retryAfter: 5 } as const;
        if (fails === 'before') return unavailable;
        const receipt = await opened.append(batch, place);
        if (fails === 'after' && !dead) return { ...unavailable, uncertain: true };
        return dead ? new Promise(() => undefined) : receipt;
      } catch (error) {
        if (error instanceof Dead) return new Promise(() => undefined);
        throw error;
      }
    },
    freeze: (dimension, at, decide) =>
      write(`freeze ${dimension} ${at}`, () =>
        opened.freeze(dimension, at, (open) => {
          const decided = decide(open);
          if (decided.instead === undefined && !flushing && hour.endOf(at) > time.awsNow()) {
            broken(`the open hour ${hour.format(at)} of ${dimension} was frozen`);
          }
          return decided;
        }),
      ),
    begin: (token) => write('begin', () => opened.begin(token)),
    judge: (token, answer, decide) => write(`judge ${answer.line}`, () => opened.judge(token, answer, decide)),
    expire: (token, decide) => write('expire', () => opened.expire(token, decide)),
    tick: (at) => write('tick', () => opened.tick(at)),
    straighten: (now, slack) => {
      const first = opened.firstHour();
      const before = opened.agenda().open.find((open) => open.hour < first);
      if (before !== undefined && !time.wallWasSet())
        broken(`${before.dimension} ${hour.format(before.hour)} lies before the first hour, though no clock was wrong`);
      opened.straighten(now, slack);
    },
  };

  const port = cloud.portFor(resource, launchedAt);
  const marketplace: Marketplace = {
    ...port,
    meter: async (request) => {
      if (dead) return new Promise(() => undefined);
      const point = mustDie();
      trace(`meter ${request.dimension} ${request.hour} ${request.quantity}`);
      try {
        if (point === 'before') die();
        const answer = await port.meter(request);
        if (point !== undefined) die();
        return dead ? new Promise(() => undefined) : answer;
      } catch (error) {
        if (error instanceof Dead) return new Promise(() => undefined);
        throw error;
      }
    },
    date: async () => (dead ? new Promise(() => undefined) : port.date()),
  };

  const timekeeping = makeTimekeeping({ clock, ask: marketplace.date, log: SILENT });
  const random = { bytes: (count: number) => new Uint8Array(count), fraction: dice.fraction };
  const shared = {
    ledger,
    marketplace,
    timekeeping,
    clock,
    scheduler,
    random,
    log: SILENT,
    resource,
    dimensions,
    policies: POLICIES,
  };
  const sending = makeSending(shared);
  const reporting = makeReporting({ ...shared, sending, verdict: () => GRANTED });
  const flush = makeFlushing({ ...shared, sending });
  const recording = makeRecording({ ...shared, count: () => undefined });

  // The gate has asked AWS before the toll begins, if AWS could be reached.
  const date = await port.date();
  if (date !== undefined) timekeeping.hear({ kind: 'ok', body: null, requestId: 'gate', date });
  const ticks = scheduler.everyMinute(() => void reporting.pass());

  return {
    resource,
    opened,
    dimensions: new Set(dimensions.map(({ name }) => name)),
    /** What another process is told that wants the same ledger; undefined when it gets it. */
    rival: async (same: boolean): Promise<unknown> => {
      try {
        (await openAs(same ? resource : 'task/rival')).abandon();
        return undefined;
      } catch (error) {
        return error;
      }
    },
    isDead: () => dead,
    take: recording.take,
    arm: (point: CrashPoint, effects: number): void => {
      armed = { point, effects };
    },
    kill: (): void => {
      try {
        die();
      } catch (error) {
        if (!(error instanceof Dead)) throw error;
      }
    },
    /** SIGTERM: the last flush, then a clean end. Answers whether it got so far. */
    stop: async (budget: number): Promise<boolean> => {
      flushing = true;
      ticks.stop();
      let done = false;
      const ended = reporting
        .halt()
        .then(() =>
          flush.flush({ until: clock.monotonic() + budget, hurry: new AbortController().signal, openHour: true }),
        );
      void ended.then(() => {
        done = true;
      });
      for (let second = 0; second < 60 && !done && !dead; second += 1) await time.advanceTo(time.trueNow() + 1000);
      if (dead) return false;
      dead = true;
      opened.close();
      time.forgetSleepers();
      return true;
    },
  };
};

export type Process = Awaited<ReturnType<typeof startProcess>>;
