import { isatty } from 'node:tty';
import { type Millis, SECOND } from './core/time/hour.ts';
import type { Log } from './ports.ts';
import { keepAgent, PACE, type Pace } from './supervisor/keptAgent.ts';
import { lookUp } from './supervisor/lookUp.ts';
import { type Product, type ProductEnd, startProduct } from './supervisor/product.ts';
import { exitCodeOfSignal, isForwarded, isStop, listen, type PassedSignal } from './supervisor/signals.ts';
import { remarks } from './supervisor/surroundings.ts';
import type { SupervisorSettings } from './workerProtocol.ts';

export type Supervision = {
  /** The product's command line, untouched. */
  readonly words: readonly string[];
  /** The entry file of the agent's thread. */
  readonly worker: URL;
  /** The container's own environment, as it was before anything of ours ran. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly configFile: string | undefined;
  readonly log: Log;
  readonly onConfigured: (settings: SupervisorSettings) => void;
  readonly pace?: Pace;
};

/** What holds until the configuration has been read. */
const BEFORE_CONFIGURED: SupervisorSettings['shutdown'] = { grace: 5 * SECOND, drain: 2 * SECOND };

/**
 * `gate`: the product waits for the verdict. `running`: it has been started. `draining`: it has ended, and the agent sends
 * what is left.
 */
type Stage = 'gate' | 'running' | 'draining';

/**
 * Runs the product beside the agent and resolves with the exit code of the whole.
 *
 *   look up the command ──▶ agent's thread ──verdict──▶ product starts ──ends──▶ agent drains ──▶ the product's exit code
 *
 * Rejects with TollgateError, the product never having run: 126, 127, a refusal, a configuration that does not hold.
 */
export const supervise = async (start: Supervision): Promise<number> => {
  const { words, environment, log } = start;
  const [name = ''] = words;
  const file = lookUp(name, environment['PATH']);
  for (const { event, remedy } of remarks()) log.warn(event, { remedy });

  const stdinIsTerminal = isatty(0);
  const interrupted = Promise.withResolvers<PassedSignal>();
  let stage: Stage = 'gate';
  let shutdown = BEFORE_CONFIGURED;
  let product: Product | undefined;
  /** Signals between the decision to start the product and its first breath. */
  let early: PassedSignal[] = [];
  let stopAsked = false;
  let stopBegan: Millis | undefined;
  let inHurry = false;
  let deadline: NodeJS.Timeout | undefined;

  /** The product has `grace - drain`, so that the last flush fits before the orchestrator's own KILL. */
  const beginStop = (): void => {
    stopAsked = true;
    if (stopBegan !== undefined) {
      inHurry = true;
      return;
    }
    stopBegan = performance.now();
    const patience = Math.max(0, shutdown.grace - shutdown.drain);
    deadline = setTimeout(() => {
      log.warn('the product did not end in time and is killed', { seconds: patience / SECOND });
      product?.signal('SIGKILL');
    }, patience);
  };

  const pass = (signal: PassedSignal): void => {
    if (product === undefined) {
      early.push(signal);
      return;
    }
    if (!isForwarded(signal, stdinIsTerminal)) {
      // From the terminal, and perhaps an interactive program's own affair: no deadline, but no crash either.
      stopAsked ||= isStop(signal);
      return;
    }
    product.signal(signal);
    if (isStop(signal)) beginStop();
  };

  const agent = keepAgent({
    entry: start.worker,
    environment,
    configFile: start.configFile,
    log,
    pace: start.pace ?? PACE,
    onConfigured: (settings) => {
      shutdown = settings.shutdown;
      start.onConfigured(settings);
    },
    onRefused: ({ reason, remedy }) => {
      log.error('the product is stopped: it may no longer run', { reason, remedy });
      product?.signal('SIGTERM');
      if (stopBegan === undefined) beginStop();
    },
  });

  const signals = listen((signal) => {
    if (stage === 'running') pass(signal);
    else if (isStop(signal)) {
      if (stopAsked) agent.hurry();
      stopAsked = true;
      if (stage === 'gate') interrupted.resolve(signal);
    }
  });

  const runProduct = async (told: Readonly<Record<string, string>>): Promise<ProductEnd> => {
    stage = 'running';
    product = await startProduct({
      file,
      words,
      environment: { ...environment, ...told },
      ownSession: !stdinIsTerminal,
    });
    agent.productRuns();
    for (const signal of early) pass(signal);
    early = [];
    const end = await product.ended;
    stage = 'draining';
    clearTimeout(deadline);
    return end;
  };

  /** What is left of the grace period, or all of it when nobody asked us to stop. */
  const budget = (): Millis => {
    if (inHurry) return 0;
    return stopBegan === undefined ? shutdown.grace : Math.max(0, stopBegan + shutdown.grace - performance.now());
  };

  const reasonOf = ({ failed }: ProductEnd) => {
    if (stopAsked) return 'signal';
    return failed ? 'childCrashed' : 'childEnded';
  };

  try {
    const first = await Promise.race([agent.admitted, interrupted.promise]);
    if (typeof first === 'string') {
      await agent.stop('signal', shutdown.grace);
      return exitCodeOfSignal(first);
    }
    const end = await runProduct(first);
    const stopping = agent.stop(reasonOf(end), budget());
    if (inHurry) agent.hurry();
    const { lines } = await stopping;
    for (const line of lines) log.warn('not sent', { line });
    return end.code;
  } catch (thrown) {
    stage = 'draining';
    await agent.stop('childCrashed', 0);
    throw thrown;
  } finally {
    signals.stop();
  }
};
