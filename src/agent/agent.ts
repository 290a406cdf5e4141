import type { AgentHandle, AgentOptions } from './agentHandle.ts';
import type { Config, Listen } from './core/configuration/config.ts';
import { EXIT } from './core/exitCode.ts';
import { HOUR, hourOf, type Millis, SECOND } from './core/hour.ts';
import type { Whereabouts } from './core/platform/whereabouts.ts';
import { regionRuling } from './core/regionRuling.ts';
import { AT_START } from './core/sender.ts';
import type { Status } from './core/status.ts';
import { mayRun } from './core/verdict.ts';
import { VERSION } from './core/version.ts';
import { openAws } from './io/aws/openAws.ts';
import { lookAround } from './io/aws/platform.ts';
import { type Door, makeDoor } from './io/door/door.ts';
import { makeDoorToken, readDoorToken } from './io/door/doorToken.ts';
import { makeHealth } from './io/door/health.ts';
import { openControl } from './io/ledger/control.ts';
import { type OpenLedger, openLedger } from './io/ledger/ledger.ts';
import { becomeMeterer } from './io/meterer/meterer.ts';
import { countCalls } from './io/metrics/countCalls.ts';
import { makeMetrics } from './io/metrics/metrics.ts';
import { showStatus } from './io/metrics/showStatus.ts';
import { makeClock } from './io/schedule/clock.ts';
import { makeRandom } from './io/schedule/random.ts';
import { makeScheduler } from './io/schedule/scheduler.ts';
import type { Marketplace } from './ports.ts';
import { makeAsking } from './services/asking.ts';
import { makeFlushing } from './services/flushing.ts';
import { locate } from './services/locating.ts';
import { makeRecording } from './services/recording.ts';
import { makeRegistering } from './services/registering.ts';
import { makeReporting, modeUnder } from './services/reporting.ts';
import { makeSending } from './services/sending.ts';
import { statusOf } from './services/statusOf.ts';
import { makeStopping } from './services/stopping.ts';
import { makeTimekeeping } from './services/timekeeping.ts';
import { makeVerdicts } from './services/verdicts.ts';

/** Probes come from outside the pod or task. */
const HEALTH_OF_RUN: Listen = { kind: 'tcp', host: '0.0.0.0', port: 8788 };

/** What ends with the agent, in the order of its making; ended in the opposite one. */
type Closing = { readonly name: string; readonly close: () => void | Promise<void> };

const NOWHERE: Pick<Status, 'platform' | 'resource' | 'region'> = { platform: null, resource: null, region: null };

/** Never asked where nothing has to be asked. */
const NO_AWS: Marketplace = {
  register: async () => ({ kind: 'trouble', message: 'AWS is not asked here', sent: false }),
  meter: async () => ({ kind: 'trouble', message: 'AWS is not asked here', sent: false }),
  dryRun: async () => ({ kind: 'trouble', message: 'AWS is not asked here', sent: false }),
  date: async () => undefined,
  renewCredentials: () => undefined,
};

/**
 * The one place where an agent is put together.
 *
 *   health ─▶ whereabouts ─▶ Region ─▶ way to AWS ─▶ meterer ─▶ ledger ─▶ door ─▶ gate and toll
 *
 * `start` goes this way and throws a TollgateError where it ends; `stop` drains and closes what was opened.
 */
export const makeAgent = (config: Config, options: AgentOptions): AgentHandle => {
  const { mode, env, log } = options;
  const clock = options.clock ?? makeClock();
  const scheduler = options.scheduler ?? makeScheduler();
  const random = options.random ?? makeRandom();
  const { product, dimensions, metering: policies } = config;
  const isMetered = product.pricing === 'usage';
  const isSigned = product.pricing === 'hourly' || product.pricing === 'monthly';

  const verdicts = makeVerdicts(clock);
  const metrics = makeMetrics();
  const ending = new AbortController();
  const closings: Closing[] = [];
  const counted = new Map<string, number>();
  let childEnvironment: Readonly<Record<string, string>> = {};
  let place = NOWHERE;
  let warnings: readonly string[] = config.warnings;
  let ledger: OpenLedger | undefined;
  let toll: ReturnType<typeof makeToll> | undefined;
  let keyRotation: () => number | undefined = () => undefined;

  const failingFor = (): Millis => {
    const since = toll?.sending.sender().failingSince;
    return since === undefined ? 0 : clock.monotonic() - since;
  };

  const status = (): Status =>
    statusOf({
      version: VERSION,
      config,
      now: clock.wall(),
      monotonic: clock.monotonic(),
      awsNow: toll?.timekeeping.now(),
      verdict: verdicts.current(),
      started: verdicts.started(),
      place,
      ledger:
        ledger === undefined
          ? undefined
          : {
              id: ledger.id,
              bytes: ledger.bytes(),
              dedupe: ledger.dedupeWindow(),
              trouble: ledger.trouble(),
              overview: ledger.books.overview(),
              accounts: ledger.books.accounts(),
            },
      sender: toll?.sending.sender() ?? AT_START,
      warnings,
    });

  /** Brings a counter to a total that somebody else keeps. */
  const countUp = (name: 'log_lines_lost_total' | 'troubles_total', total: number): void => {
    const more = total - (counted.get(name) ?? 0);
    if (more > 0) metrics.count(name, more);
    counted.set(name, total);
  };

  const openHealth = async (): Promise<void> => {
    const listen =
      config.health.listen ?? (mode === 'run' && config.health.explicitlyOff !== true ? HEALTH_OF_RUN : undefined);
    if (listen === undefined) return;
    metrics.onScrape(() => {
      const { states = {} } = ledger?.books.overview() ?? {};
      const accounts = ledger?.books.accounts() ?? [];
      showStatus(metrics, status(), { states, accounts, keyRotation: keyRotation() });
      countUp('log_lines_lost_total', options.edge.lostLines());
      countUp('troubles_total', options.edge.troubles());
    });
    const { after, do: consequence } = policies.whenFailing;
    const health = makeHealth({
      listen,
      handlers: {
        verdict: verdicts.current,
        started: verdicts.started,
        ready: () => consequence !== 'readiness' || failingFor() < after,
        metrics: metrics.text,
      },
      log,
    });
    await health.start();
    closings.push({ name: 'health', close: health.stop });
  };

  const findPlace = async (): Promise<Whereabouts> => {
    const whereabouts = await locate({
      look: () => lookAround(env, config),
      gate: config.gate,
      verdicts,
      clock,
      scheduler,
      random,
      signal: ending.signal,
    });
    warnings = [...warnings, ...whereabouts.warnings];
    for (const warning of whereabouts.warnings) log.warn('environment', { warning });
    if (whereabouts.platform === 'local') {
      place = { platform: 'local', resource: whereabouts.resource, region: null };
      return whereabouts;
    }
    const { platform, resource, region } = whereabouts;
    const ruling = regionRuling(whereabouts, product);
    if (ruling.decision === 'unlisted')
      log.warn('region', { region: region.name, row: ruling.row, reason: ruling.reason });
    place = { platform, resource, region: { ...region, decision: ruling.decision, row: ruling.row } };
    return whereabouts;
  };

  const reachAws = async (whereabouts: Whereabouts): Promise<Marketplace> => {
    if (whereabouts.platform === 'local') return NO_AWS;
    const aws = await openAws(
      { whereabouts, endpoints: config.endpoints },
      { env: env as NodeJS.ProcessEnv, clock, log },
    );
    warnings = [...warnings, ...aws.warnings];
    for (const warning of aws.warnings) log.warn('environment', { warning });
    log.debug('way to AWS', aws.route);
    return countCalls(aws.marketplace, metrics);
  };

  /** Where no usage is counted a grant need not be remembered: a folder that cannot be written is then no reason to stop. */
  const openBooks = async (whereabouts: Whereabouts): Promise<OpenLedger | undefined> => {
    try {
      const opened = await openLedger({
        settings: config.ledger,
        product: product.code,
        dimensions,
        policies,
        resource: whereabouts.resource,
        onEc2: whereabouts.platform === 'ec2',
        clock,
        scheduler,
        log,
      });
      closings.push({ name: 'ledger', close: opened.close });
      if (opened.crashedBefore && isMetered) log.warn('the last run ended without a drain', { ledger: opened.id });
      return opened;
    } catch (error) {
      if (isMetered) throw error;
      log.info('grants are not remembered', { why: error instanceof Error ? error.message : String(error) });
      return undefined;
    }
  };

  /** Everything of a usage product that comes after the ledger. */
  const makeToll = (books: OpenLedger, marketplace: Marketplace, resource: string) => {
    const [first] = dimensions;
    const timekeeping = makeTimekeeping({
      clock,
      log,
      ask: async () => {
        const date = await marketplace.date();
        if (date !== undefined || first === undefined) return date;
        // Whoever does not answer a HEAD as AWS does may still answer AWS's own question.
        const answer = await marketplace.dryRun({
          productCode: product.code,
          dimension: first.name,
          timestamp: clock.wall(),
        });
        return answer.kind === 'ok' || answer.kind === 'refusal' ? (answer.date ?? clock.wall()) : undefined;
      },
    });
    const sending = makeSending({
      ledger: books,
      marketplace,
      timekeeping,
      clock,
      random,
      log,
      resource,
      dimensions,
      policies,
    });
    const verdict = verdicts.current;
    const reporting = makeReporting({
      ledger: books,
      sending,
      timekeeping,
      clock,
      scheduler,
      log,
      resource,
      dimensions,
      policies,
      verdict,
    });
    const flushing = makeFlushing({ ledger: books, sending, timekeeping, clock, scheduler, log, policies });
    const recording = makeRecording({
      ledger: books,
      clock,
      timekeeping,
      count: (dimension, result) => metrics.count('reports_total', 1, { dimension, result }),
    });
    return { timekeeping, sending, reporting, flushing, recording };
  };

  const openDoor = async (books: OpenLedger | undefined): Promise<Door | undefined> => {
    if (mode === 'exec' && !isMetered) return undefined;
    const given = options.handedOver;
    const token =
      config.door.tokenFile !== undefined
        ? readDoorToken(config.door.tokenFile)
        : given?.['TOLLGATE_TOKEN_FILE'] !== undefined
          ? readDoorToken(given['TOLLGATE_TOKEN_FILE'])
          : mode === 'exec'
            ? makeDoorToken(config.ledger.directory)
            : undefined;
    const port = Number(new URL(given?.['TOLLGATE_URL'] ?? 'http://localhost').port);
    const { listen } = config.door;
    const door = makeDoor({
      listen: listen.kind === 'tcp' && listen.port === 0 && port > 0 ? { ...listen, port } : listen,
      connections: config.door.connections,
      ...(token === undefined ? {} : { token: token.token }),
      handlers: {
        take: async (reports, key) =>
          toll?.recording.take(reports, key === undefined ? undefined : { value: key.key, digest: key.digest }) ?? {
            kind: 'unavailable',
            reason: 'this product is not sold by usage',
            retryAfter: HOUR / SECOND,
          },
        verdict: verdicts.current,
        started: verdicts.started,
        status: async () => status(),
        ledgerId: () => books?.id,
        now: clock.wall,
        dimensions: dimensions.map(({ name }) => name),
        dedupeWindow: () => books?.dedupeWindow() ?? config.ledger.dedupe.keep,
      },
      log,
    });
    const { url } = await door.start();
    closings.push({ name: 'door', close: door.stop });
    childEnvironment = { TOLLGATE_URL: url, ...(token === undefined ? {} : { TOLLGATE_TOKEN_FILE: token.file }) };
    return door;
  };

  const exempt = (reason: string): void =>
    verdicts.set({ value: 'exempt', reason, confirmed: true, remembered: false, exitCode: EXIT.done });

  const openGate = (whereabouts: Whereabouts, marketplace: Marketplace): void => {
    if (whereabouts.platform === 'local')
      return exempt('platform: local: usage is counted, nothing is asked of AWS or sent');
    if (!isMetered && !isSigned) return exempt(`pricing: ${product.pricing}: nothing has to be asked of AWS`);
    const hearing = toll?.timekeeping ?? { hear: () => undefined, now: () => undefined };
    const registering = makeRegistering({
      product,
      gate: config.gate,
      resource: whereabouts.resource,
      ask: makeAsking({ product, dimensions, marketplace, timekeeping: hearing, clock, random, log }),
      memory: ledger,
      setVerdict: verdicts.set,
      clock,
      scheduler,
      random,
      log,
    });
    keyRotation = registering.keyRotation;
    registering.start(ending.signal).catch((error: unknown) => log.error('gate', { error }));
  };

  /** The tick only wakes; between ticks a back-off that ends sooner wakes too. */
  const startToll = (books: OpenLedger): void => {
    const { reporting } = toll ?? makeToll(books, NO_AWS, '');
    const { after, do: consequence } = policies.whenFailing;
    const wake = async (): Promise<void> => {
      await reporting.pass();
      if (consequence !== 'exit' || failingFor() < after || ending.signal.aborted) return;
      const reason = `metering has failed for ${Math.round(failingFor() / SECOND)} s, and metering.whenFailing says exit`;
      verdicts.set({ value: 'refused', reason, confirmed: false, remembered: false, exitCode: EXIT.unreachable });
    };
    const ticks = scheduler.everyMinute(() => void wake());
    closings.push({ name: 'ticks', close: ticks.stop });
    const wakeSooner = async (): Promise<void> => {
      while (!ending.signal.aborted) {
        const next = reporting.nextWake();
        const delay = next === undefined ? 10 * SECOND : next - clock.monotonic();
        await scheduler.sleep(Math.min(10 * SECOND, Math.max(SECOND, delay)), ending.signal);
        if (next !== undefined && clock.monotonic() >= next && !ending.signal.aborted) await wake();
      }
    };
    void wakeSooner();
    verdicts.onChange(() => void wake());
    void wake();
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

  let stopToll: ReturnType<typeof makeStopping> | undefined;

  const open = async (): Promise<void> => {
    await openHealth();
    const whereabouts = await findPlace();
    const marketplace = await reachAws(whereabouts);
    if (isMetered && whereabouts.platform !== 'local') {
      const holding = { resource: whereabouts.resource, product: product.code, wait: config.ledger.wait };
      const meterer = await becomeMeterer(holding, { clock, scheduler, log });
      closings.push({ name: 'meterer', close: meterer.release });
    }
    ledger = await openBooks(whereabouts);
    if (ledger !== undefined && isMetered) {
      const openHour = () => hourOf(toll?.timekeeping.now() ?? clock.wall());
      const control = openControl(config.ledger.directory, ledger.books, { openHour, now: clock.wall, log });
      closings.push({ name: 'control', close: control.close });
      toll = makeToll(ledger, marketplace, whereabouts.resource);
    }
    const door = await openDoor(ledger);
    openGate(whereabouts, marketplace);
    if (ledger === undefined || toll === undefined) return;
    startToll(ledger);
    stopToll = makeStopping({
      door,
      flushing: toll.flushing,
      haltReporting: toll.reporting.halt,
      maySend: () =>
        modeUnder({ value: verdicts.started() ? 'granted' : 'pending' }, policies) === 'send' &&
        whereabouts.platform !== 'local',
      shutdown: config.shutdown,
      policies,
      clock,
      scheduler,
      log,
    });
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
    childEnvironment: () => childEnvironment,
    stop: async (order) => {
      const lines = (await stopToll?.(order)) ?? [];
      if (lines.length > 0) metrics.set('stranded_units', lines.length);
      await close();
      return { unsent: lines.length > 0, lines };
    },
    isFinished: () =>
      mode === 'exec' &&
      !isMetered &&
      config.health.listen === undefined &&
      mayRun(verdicts.current()) &&
      verdicts.current().confirmed,
  };
};
