import type { Stopped, StopReason } from './agentHandle.ts';
import type { Config } from './core/configuration/config.ts';
import type { Verdict } from './core/gate/verdict.ts';
import type { Millis } from './core/time/hour.ts';

/**
 * What the agent's thread and the supervisor say to each other.
 *
 *   worker ──configured, verdict, ready──▶ supervisor      the product starts with both an allowing verdict and `ready`
 *   worker ──heartbeat──▶ supervisor                       all the time
 *   worker ◀──stop, now── supervisor                       the product has ended; then at once
 *   worker ──stopped | done | fatal──▶ supervisor          the last word
 */
export type FromWorker =
  /** The configuration holds; what of it the supervisor needs. */
  | { readonly kind: 'configured'; readonly settings: SupervisorSettings }
  /** At the start and at each change. */
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  /** The door listens; what the product is told of it. */
  | { readonly kind: 'ready'; readonly childEnvironment: Readonly<Record<string, string>> }
  /** The thread's loop turns. */
  | { readonly kind: 'heartbeat' }
  /** Nothing is left to do for the rest of the process's life. */
  | { readonly kind: 'done' }
  | ({ readonly kind: 'stopped' } & Stopped)
  /** The agent cannot go on. */
  | {
      readonly kind: 'fatal';
      readonly code: string;
      readonly message: string;
      readonly remedy?: string;
      readonly exitCode: number;
    };

export type ToWorker =
  /** Drain and end; `deadline` is what is left, counted from the arrival. */
  | { readonly kind: 'stop'; readonly reason: StopReason; readonly deadline: Millis }
  /** Nothing more is waited for. */
  | { readonly kind: 'now' };

export type SupervisorSettings = Pick<Config, 'shutdown' | 'log'>;

/** What a worker is started with. Its environment is its own copy of the container's. */
export type WorkerData = {
  readonly configFile?: string;
  /** What an agent before this one told the product that still runs. */
  readonly handedOver?: Readonly<Record<string, string>>;
};

/** How often the worker says that its loop turns. */
export const HEARTBEAT: Millis = 1_000;
