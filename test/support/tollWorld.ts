import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config, Dimension } from '../../src/agent/core/configuration/config.ts';
import type { Verdict } from '../../src/agent/core/gate/verdict.ts';
import * as hour from '../../src/agent/core/time/hour.ts';
import * as quantity from '../../src/agent/core/usage/quantity.ts';
import type { Report } from '../../src/agent/core/usage/report.ts';
import { type OpenLedger, openLedger } from '../../src/agent/io/ledger/ledger.ts';
import type { Log } from '../../src/agent/ports.ts';
import { makeFlushing } from '../../src/agent/services/flushing.ts';
import { makeRecording } from '../../src/agent/services/recording.ts';
import { makeReporting } from '../../src/agent/services/reporting.ts';
import { makeSending } from '../../src/agent/services/sending.ts';
import { makeTimekeeping } from '../../src/agent/services/timekeeping.ts';
import { makeRulesOfAws, type RulesOfAws } from './rulesOfAws.ts';
import { PRODUCT } from './taskAtAws.ts';
import { makeVirtualTime, settle } from './virtualTime.ts';

export const sumOf = (name: string, more: Partial<Dimension> = {}): Dimension => ({
  name,
  meter: 'sum',
  per: quantity.of(1),
  decimals: 0,
  rounding: 'down',
  zeroHours: false,
  ...more,
});

export const POLICIES: Config['metering'] = {
  mode: 'send',
  settle: 2 * hour.MINUTE,
  onDoubt: 'quarantine',
  onConflict: 'move',
  onAdopt: 'quarantine',
  moveAtMost: 24 * hour.HOUR,
  adopt: { within: 24 * hour.HOUR, onEc2: false },
  lastCarry: 'drop',
  onShutdown: 'send',
  whenFailing: { after: 2 * hour.HOUR, do: 'warn' },
};

const GRANTED: Verdict = {
  value: 'granted',
  reason: 'test',
  since: 0,
  confirmed: true,
  remembered: false,
  exitCode: 0,
};

const silent = (): void => undefined;
export const SILENT: Log = { debug: silent, info: silent, warn: silent, error: silent };

export type Settings = {
  readonly now: string;
  readonly dimensions?: readonly Dimension[];
  readonly policies?: Partial<Config['metering']>;
  readonly ledger?: Partial<Config['ledger']>;
  readonly resource?: string;
  /** How far AWS's clock is behind the wall at the start. */
  readonly awsBehind?: number;
  /** AWS's time cannot be heard at the start. */
  readonly silentAws?: boolean;
};

/** One agent's toll on a clock that is moved by hand: real services, real ledger on disk, AWS's rules. */
export const startWorld = async (settings: Settings) => {
  const time = makeVirtualTime(Date.parse(settings.now));
  const { clock, scheduler } = time;
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-ledger-'));
  let product = PRODUCT;
  let failing = false;
  let dimensions = settings.dimensions ?? [sumOf('requests'), sumOf('users')];
  let policies = { ...POLICIES, ...settings.policies };
  let verdict = GRANTED;
  const clouds = new Map<string, RulesOfAws>();

  const start = async (resource: string) => {
    // AWS has a clock of its own: it follows no jump of ours.
    const aws =
      clouds.get(resource) ??
      makeRulesOfAws(() => Date.parse(settings.now) - (settings.awsBehind ?? 0) + clock.monotonic(), resource);
    if (settings.silentAws === true && !clouds.has(resource)) aws.setSilent(true);
    clouds.set(resource, aws);
    const opened: OpenLedger = await openLedger({
      settings: {
        directory,
        maxBytes: 2 ** 26,
        dedupe: { keep: 24 * hour.HOUR, least: hour.HOUR },
        retain: 90 * hour.DAY,
        wait: 0,
        ...settings.ledger,
      },
      product,
      dimensions,
      policies,
      resource,
      onEc2: false,
      clock,
      scheduler,
      log: SILENT,
    });
    const ledger: OpenLedger = {
      ...opened,
      freeze: (...freezing) => {
        if (failing) {
          failing = false;
          throw new Error('a hiccup');
        }
        return opened.freeze(...freezing);
      },
    };
    const timekeeping = makeTimekeeping({ clock, ask: aws.port.date, log: SILENT });
    const random = { bytes: (count: number) => new Uint8Array(count), fraction: () => 0.5 };
    const sending = makeSending({
      ledger,
      marketplace: aws.port,
      timekeeping,
      clock,
      random,
      log: SILENT,
      resource,
      dimensions,
      policies,
    });
    const reporting = makeReporting({
      ledger,
      sending,
      timekeeping,
      clock,
      scheduler,
      log: SILENT,
      resource,
      dimensions,
      policies,
      verdict: () => verdict,
    });
    const flushing = makeFlushing({ ledger, sending, timekeeping, clock, scheduler, log: SILENT, policies });
    const recording = makeRecording({ ledger, clock, timekeeping, count: silent, log: SILENT });
    const ticks = scheduler.everyMinute(() => void reporting.pass());
    void reporting.pass();
    await settle();
    return { resource, aws, ledger, timekeeping, sending, reporting, flushing, recording, ticks };
  };

  let agent = await start(settings.resource ?? 'task/one');

  const world = {
    clock,
    directory,
    get aws() {
      return agent.aws;
    },
    get ledger() {
      return agent.ledger;
    },
    get agent() {
      return agent;
    },
    /** The process ends as in a crash and comes back with another configuration. */
    restartWith: async (change: {
      readonly dimensions?: readonly Dimension[];
      readonly policies?: Partial<Config['metering']>;
      readonly product?: string;
    }) => {
      dimensions = change.dimensions ?? dimensions;
      policies = { ...policies, ...change.policies };
      product = change.product ?? product;
      await world.crash();
    },
    /** The disk hiccups once, at the next freeze. */
    failNextFreeze: () => {
      failing = true;
    },
    reportAll: async (dimension: string, counts: readonly number[]) => {
      const at = clock.wall();
      const taking = agent.recording.take(
        counts.map((count) => ({ dimension, quantity: quantity.of(count), at, dated: false })),
      );
      await settle();
      return taking;
    },
    setVerdict: (value: Verdict['value']) => {
      verdict = { ...GRANTED, value };
    },
    /** Advances to a time of the day (or the next day's, when it is past). */
    advanceTo: async (text: string) => {
      const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number);
      const midnight = Math.floor(clock.wall() / hour.DAY) * hour.DAY;
      const wanted = midnight + hours * hour.HOUR + minutes * hour.MINUTE + seconds * 1000;
      await time.advanceTo(wanted > clock.wall() ? wanted : wanted + hour.DAY);
    },
    jumpWall: time.jumpWall,
    scheduler,
    wait: (milliseconds: number) => time.advanceTo(clock.wall() + milliseconds),
    report: async (dimension: string, count: number | string, more: Partial<Report> = {}) => {
      const taking = agent.recording.take([
        { dimension, quantity: quantity.read(String(count)), at: clock.wall(), dated: false, ...more },
      ]);
      await settle();
      return taking;
    },
    line: (dimension: string, hourOfDay: number) =>
      [...agent.ledger.books.lines()].find(
        (line) =>
          line['dimension'] === dimension &&
          line['kind'] === 'record' &&
          String(line['hour']).endsWith(`T${String(hourOfDay).padStart(2, '0')}Z`),
      ),
    /** The process dies and comes back: as the same task, or as another one with the same volume. */
    crash: async (resource = agent.resource) => {
      agent.ticks.stop();
      // The file's lock dies with the process; here the connection is closed without a clean end.
      agent.ledger.abandon();
      agent = await start(resource);
    },
    /** Comes back after its ledger was let go by hand. */
    reopen: async () => {
      agent = await start(agent.resource);
    },
    flush: async (openHour = true) => {
      const flushed = agent.flushing.flush({
        until: clock.monotonic() + 8_000,
        hurry: new AbortController().signal,
        openHour,
      });
      let done = false;
      void flushed.then(() => {
        done = true;
      });
      for (let second = 0; second < 10 && !done; second += 1) {
        await settle();
        if (!done) await time.advanceTo(clock.wall() + 1000);
      }
      await flushed;
    },
    check: () => agent.ledger.books.check(),
  };
  return world;
};
