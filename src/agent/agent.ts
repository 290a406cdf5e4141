import type { Deps } from './agent/deps.ts';
import { findPlace, type Place } from './agent/findPlace.ts';
import { openDoor } from './agent/openDoor.ts';
import { type Gate, makeGate } from './agent/openGate.ts';
import { healthListenOf, openHealth } from './agent/openHealth.ts';
import { openLedgerFor } from './agent/openLedgerFor.ts';
import { isElected, openStandby, withoutKubernetes } from './agent/openStandby.ts';
import { makeToll, type Toll } from './agent/toll.ts';
import type { AgentHandle, AgentOptions } from './agentHandle.ts';
import type { Config } from './core/configuration/config.ts';
import { describe } from './core/errors.ts';
import { EXIT } from './core/exitCode.ts';
import { mayRun, type Verdict } from './core/gate/verdict.ts';
import { AT_START } from './core/sending/sender.ts';
import type { Status } from './core/status.ts';
import { hourOf } from './core/time/hour.ts';
import { VERSION } from './core/version.ts';
import { openControl } from './io/ledger/books/control.ts';
import type { LedgerReading, OpenLedger } from './io/ledger/ledger.ts';
import { becomeMeterer } from './io/meterer/meterer.ts';
import { countCalls } from './io/metrics/countCalls.ts';
import { makeMetrics } from './io/metrics/metrics.ts';
import { makeClock } from './io/schedule/clock.ts';
import { makeRandom } from './io/schedule/random.ts';
import { makeScheduler } from './io/schedule/scheduler.ts';
import { statusOf } from './services/statusOf.ts';
import { makeStopping } from './services/stopping.ts';
import { makeVerdicts } from './services/verdicts.ts';

/** What ends with the agent, in the order of its making; ended in the opposite one. */
type Closing = { readonly name: string; readonly close: () => void | Promise<void> };

const brokenGate = (error: unknown): Omit<Verdict, 'since'> => ({
  value: 'refused',
  reason: `the gate broke: ${describe(error)}`,
  confirmed: false,
  remembered: false,
  exitCode: EXIT.unexpected,
});

/**
 * The one place where an agent is put together.
 *
 *   health ─▶ place (platform, Region, credentials, way to AWS) ─▶ meterer ─▶ ledger ─▶ door ─▶ gate and toll
 *
 * `start` goes this way and throws a TollgateError where it ends; `stop` drains and closes what was opened.
 */
export const makeAgent = (config: Config, options: AgentOptions): AgentHandle => {
  const { mode, log } = options;
  const deps: Deps = {
    clock: options.clock ?? makeClock(),
    scheduler: options.scheduler ?? makeScheduler(),
    random: options.random ?? makeRandom(),
    log,
  };
  const { clock } = deps;
  const isMetered = config.product.pricing === 'usage';
  const verdicts = makeVerdicts(clock);
  const metrics = makeMetrics();
  const ending = new AbortController();
  const closings: Closing[] = [];
  let told: Readonly<Record<string, string>> = {};
  let place: Place | undefined;
  let ledger: OpenLedger | undefined;
  let toll: Toll | undefined;
  let gate: Gate | undefined;
  let drain: ReturnType<typeof makeStopping> | undefined;

  /** What the ledger says; while its disk fails, that. */
  const readLedger = (): LedgerReading | undefined => {
    try {
      return ledger?.reading();
    } catch (error) {
      log.debug('ledger not readable', { error });
      return undefined;
    }
  };

  const statusFrom = (reading: LedgerReading | undefined): Status =>
    statusOf({
      version: VERSION,
      config,
      now: clock.wall(),
      monotonic: clock.monotonic(),
      awsNow: toll?.timekeeping.now(),
      verdict: verdicts.current(),
      started: verdicts.started(),
      place: place?.shown ?? { platform: null, resource: null, region: null },
      ledger: reading,
      sender: toll?.sending.sender() ?? AT_START,
      election: toll?.electing?.election(),
      warnings: [
        ...config.warnings,
        ...(place?.warnings ?? []),
        ...(place === undefined ? [] : withoutKubernetes(config, place.whereabouts)),
        ...(ledger !== undefined && reading === undefined
          ? ['the ledger cannot be read at the moment: see the log']
          : []),
      ],
    });

  const closeLater = (name: string, close: Closing['close']): void => void closings.push({ name, close });

  /** The door, the books and the toll of a product that is sold by usage. */
  const openToll = async (at: Place): Promise<void> => {
    const { whereabouts } = at;
    if (isMetered && whereabouts.platform !== 'local') {
      const holding = { resource: whereabouts.resource, product: config.product.code, wait: config.ledger.wait };
      closeLater('meterer', (await becomeMeterer(holding, deps)).release);
    }
    const levelsUntil = isElected(config, whereabouts) ? () => toll?.electing?.countsUntil() : undefined;
    const opened = await openLedgerFor(config, whereabouts, deps, levelsUntil);
    if (opened === undefined) return;
    ledger = opened;
    closeLater('ledger', opened.close);
    if (!isMetered) return;
    const standby = { config, whereabouts, env: options.env, ledger: opened, mayLead: verdicts.started, metrics };
    const elect = await openStandby(standby, deps);
    toll = makeToll(
      { config, ledger: opened, marketplace: at.marketplace, resource: whereabouts.resource, verdicts, metrics, elect },
      deps,
    );
    const openHour = () => hourOf(toll?.timekeeping.now() ?? clock.wall());
    const control = openControl(config.ledger.directory, opened.books, { openHour, now: clock.wall, log });
    opened.onRescue(control.restore);
    closeLater('control', control.close);
  };

  const open = async (): Promise<void> => {
    const handlers = { verdict: verdicts.current, started: verdicts.started };
    const health = await openHealth(
      {
        config,
        mode,
        metrics,
        handlers,
        look: () => {
          const reading = readLedger();
          return { status: statusFrom(reading), overview: reading?.overview };
        },
        failingFor: () => toll?.failingFor() ?? 0,
        whyNotLeader: () => toll?.electing?.whyNotInPublic(),
        keyRotation: () => gate?.keyRotation(),
        edge: options.edge,
      },
      deps,
    );
    if (health !== undefined) closeLater('health', health.stop);

    // In a worker, as in `run`, this thread's environment is its own.
    const env = options.env as NodeJS.ProcessEnv;
    const asItIs = await findPlace({ config, env, verdicts, signal: ending.signal }, deps);
    const found: Place = { ...asItIs, marketplace: countCalls(asItIs.marketplace, metrics) };
    place = found;
    for (const warning of withoutKubernetes(config, found.whereabouts)) log.warn('standby', { warning });
    await openToll(found);

    // Hourly and monthly: nobody reports, and the product beside us needs no door.
    const withDoor = isMetered || mode === 'run';
    const handedOver = options.handedOver ?? {};
    const doorParts = {
      config,
      mode,
      ledger,
      toll,
      handlers: { ...handlers, status: async () => statusFrom(readLedger()) },
      handedOver,
    };
    const opened = withDoor ? await openDoor(doorParts, deps) : undefined;
    if (opened !== undefined) closeLater('door', opened.door.stop);
    told = opened?.told ?? {};

    gate = makeGate({ config, place: found, memory: ledger, timekeeping: toll?.timekeeping, verdicts }, deps);
    gate.open(ending.signal).catch((error: unknown) => {
      log.error('gate', { error });
      // A gate that broke never opens: ending helps, waiting does not. A product that runs is left alone.
      if (!verdicts.started()) verdicts.set(brokenGate(error));
    });
    if (toll === undefined) return;
    toll.start(ending.signal);
    drain = makeStopping({
      ...deps,
      door: opened?.door,
      flushing: toll.flushing,
      haltReporting: toll.reporting.halt,
      resign: toll.electing?.resign,
      maySend: verdicts.started,
      isBilled: config.metering.mode === 'send' && found.whereabouts.platform !== 'local',
      shutdown: config.shutdown,
      policies: config.metering,
    });
  };

  const close = async (): Promise<void> => {
    ending.abort();
    for (const { name, close: end } of closings.splice(0).reverse()) {
      try {
        await end();
      } catch (error) {
        log.warn('closing', { what: name, error });
      }
    }
  };

  return {
    start: async () => {
      try {
        await open();
      } catch (error) {
        await close();
        throw error;
      }
    },
    verdict: verdicts.current,
    onVerdict: verdicts.onChange,
    childEnvironment: () => told,
    stop: async (order) => {
      const lines = (await drain?.(order)) ?? [];
      await close();
      return { unsent: lines.length > 0, lines };
    },
    isFinished: () =>
      !isMetered &&
      mode === 'exec' &&
      healthListenOf(config, mode) === undefined &&
      mayRun(verdicts.current()) &&
      verdicts.current().confirmed,
  };
};
