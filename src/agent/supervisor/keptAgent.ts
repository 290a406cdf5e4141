import type { Stopped, StopReason } from '../agentHandle.ts';
import { TollgateError } from '../core/errors.ts';
import { EXIT } from '../core/exitCode.ts';
import { mayRun, type Verdict } from '../core/gate/verdict.ts';
import { MINUTE, type Millis, SECOND } from '../core/time/hour.ts';
import type { Log } from '../ports.ts';
import type { FromWorker, SupervisorSettings, WorkerData } from '../workerProtocol.ts';
import { type AgentThread, startThread, WATCH, type Watch } from './agentThread.ts';

/** How failures of the agent are borne. */
export type Pace = {
  readonly watch: Watch;
  /** The wait before a new thread: doubled at each failure, up to the longest, and back to the first after calm. */
  readonly firstWait: Millis;
  readonly longestWait: Millis;
  readonly calm: Millis;
};

export const PACE: Pace = { watch: WATCH, firstWait: SECOND, longestWait: MINUTE, calm: 10 * MINUTE };

/** How long a thread may overstay its deadline, and how long it has after "now". */
const SLACK: Millis = SECOND;
const HURRY: Millis = 2 * SECOND;

export type KeptAgent = {
  /** What the product is told once it may start. Rejects with TollgateError: refused, misconfigured, or not able to work. */
  readonly admitted: Promise<Readonly<Record<string, string>>>;
  /** From now on a failing thread is replaced, since the product runs. */
  readonly productRuns: () => void;
  /** Resolves at the latest a second after `budget`, with the thread gone. */
  readonly stop: (reason: StopReason, budget: Millis) => Promise<Stopped>;
  /** Nothing more is waited for. */
  readonly hurry: () => void;
};

export type KeptAgentStart = {
  readonly entry: URL;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly configFile: string | undefined;
  readonly log: Log;
  readonly pace: Pace;
  readonly onConfigured: (settings: SupervisorSettings) => void;
  /** AWS has said no after the product had started on a grant from before. */
  readonly onRefused: (verdict: Verdict) => void;
};

/** `gate`: the product waits. `serving`: it runs. `stopping`: it has ended. */
type Phase = 'gate' | 'serving' | 'stopping';

const refusal = ({ reason, remedy, exitCode }: Verdict): TollgateError =>
  new TollgateError('refused', `the product may not run: ${reason}`, {
    exitCode,
    ...(remedy === undefined ? {} : { remedy }),
  });

/** Holds nobody up by itself: while there is something to wait for, the thread keeps the process alive. */
const wait = (delay: Millis): Promise<void> => new Promise((resolve) => setTimeout(resolve, delay).unref());

/** Keeps an agent's thread alive beside the product: starts it, listens to it, replaces it when it fails, and ends it. */
export const keepAgent = (start: KeptAgentStart): KeptAgent => {
  const { log, pace } = start;
  const admission = Promise.withResolvers<Readonly<Record<string, string>>>();
  const farewell = Promise.withResolvers<Stopped>();
  const hurried = Promise.withResolvers<void>();
  let phase: Phase = 'gate';
  let thread: AgentThread | undefined;
  let startedAt = 0;
  let nextWait = pace.firstWait;
  let again: NodeJS.Timeout | undefined;
  let verdict: Verdict | undefined;
  let handedOver: Readonly<Record<string, string>> | undefined;
  /** The agent has said why it ends: that it is gone is then no news. */
  let explained = false;
  let finished = false;

  const begin = (): void => {
    const data: WorkerData = {
      ...(start.configFile === undefined ? {} : { configFile: start.configFile }),
      ...(handedOver === undefined ? {} : { handedOver }),
    };
    startedAt = performance.now();
    explained = false;
    thread = startThread({
      entry: start.entry,
      environment: start.environment,
      data,
      watch: pace.watch,
      onMessage: take,
      onGone: gone,
      onStray: (text) => log.warn('a library printed', { text }),
    });
  };

  const admit = (): void => {
    if (verdict !== undefined && mayRun(verdict) && handedOver !== undefined) admission.resolve(handedOver);
  };

  const judge = (said: Verdict): void => {
    verdict = said;
    if (said.value !== 'refused') admit();
    else if (phase === 'gate') admission.reject(refusal(said));
    else if (phase === 'serving') start.onRefused(said);
  };

  const fail = (error: TollgateError): void => {
    explained = true;
    if (phase === 'gate') admission.reject(error);
    else if (phase === 'stopping') farewell.resolve({ unsent: true, lines: [error.message] });
    else log.error('the agent cannot work', { error, remedy: error.remedy });
  };

  const take = (message: FromWorker): void => {
    switch (message.kind) {
      case 'heartbeat':
        break;
      case 'configured':
        start.onConfigured(message.settings);
        break;
      case 'verdict':
        judge(message.verdict);
        break;
      case 'ready':
        handedOver ??= message.childEnvironment;
        admit();
        break;
      case 'done':
        finished = true;
        break;
      case 'stopped':
        farewell.resolve(message);
        break;
      case 'fatal': {
        const { code, exitCode, remedy } = message;
        fail(new TollgateError(code, message.message, { exitCode, ...(remedy === undefined ? {} : { remedy }) }));
        break;
      }
      default:
        message satisfies never;
    }
  };

  const gone = (error: Error | undefined): void => {
    thread = undefined;
    if (finished) {
      farewell.resolve({ unsent: false, lines: [] });
      return;
    }
    const why = error?.message ?? 'the agent has ended too early';
    if (phase === 'gate') {
      admission.reject(
        new TollgateError('agent_failed', `the agent failed before the product could start: ${why}`, {
          exitCode: EXIT.unexpected,
          cause: error,
        }),
      );
    } else if (phase === 'stopping') {
      farewell.resolve({
        unsent: true,
        lines: [`the agent failed while it stopped: ${why}; its ledger keeps what it had`],
      });
    } else {
      if (performance.now() - startedAt > pace.calm) nextWait = pace.firstWait;
      if (!explained) log.error('the agent failed, the product goes on', { error });
      log.warn('the agent is started again', { afterSeconds: nextWait / SECOND });
      again = setTimeout(begin, nextWait);
      nextWait = Math.min(2 * nextWait, pace.longestWait);
    }
  };

  begin();
  // Nobody may be listening any more when the agent fails during a stop.
  admission.promise.catch(() => {});

  return {
    admitted: admission.promise,
    productRuns: () => {
      phase = 'serving';
      // A thread that failed between the grant and now is replaced like any other.
      if (thread === undefined && !finished) gone(undefined);
    },
    stop: async (reason, budget) => {
      const served = phase === 'serving';
      phase = 'stopping';
      clearTimeout(again);
      if (finished || (thread === undefined && !served)) return { unsent: false, lines: [] };
      // Between two threads: what the ledger holds still wants its last flush.
      if (thread === undefined) begin();
      thread?.send({ kind: 'stop', reason, deadline: budget });
      const late: Stopped = {
        unsent: true,
        lines: ['the time to stop was over before the agent was done; its ledger keeps what it had'],
      };
      const stopped = await Promise.race([
        farewell.promise,
        wait(budget + SLACK).then(() => late),
        hurried.promise.then(() => wait(HURRY)).then(() => late),
      ]);
      await Promise.race([thread?.end(), wait(SLACK)]);
      return stopped;
    },
    hurry: () => {
      thread?.send({ kind: 'now' });
      hurried.resolve();
    },
  };
};
