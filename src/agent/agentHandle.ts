import type { Verdict } from './core/gate/verdict.ts';
import type { Millis } from './core/time/hour.ts';
import type { Clock, Log, Random, Scheduler } from './ports.ts';

/**
 * Why the agent ends. `signal`: it, or the whole container, was told to stop. `childEnded`: the product ended by itself and
 * well. `childCrashed`: the product failed and will be back, so that the open hour is not flushed.
 */
export type StopReason = 'signal' | 'childEnded' | 'childCrashed';

/** What a stop left behind: whether usage is still in the ledger, and one sentence for each thing that could not be sent. */
export type Stopped = { readonly unsent: boolean; readonly lines: readonly string[] };

export type StopOrder = {
  readonly reason: StopReason;
  /** How long the drain and the last flush may take together. */
  readonly budget: Millis;
  /** Aborts when there is no time left at all: what was acknowledged stays in the ledger, nothing more is waited for. */
  readonly hurry: AbortSignal;
};

/** The agent as its process sees it. */
export type AgentHandle = {
  /** Resolves once the agent works (platform known, ledger open, door listening) or throws TollgateError. The verdict may still be pending. */
  readonly start: () => Promise<void>;
  readonly verdict: () => Verdict;
  /** Called at each change of verdict. */
  readonly onVerdict: (listener: (verdict: Verdict) => void) => void;
  /** What the product is told: TOLLGATE_URL, TOLLGATE_TOKEN_FILE. Valid after start. */
  readonly childEnvironment: () => Readonly<Record<string, string>>;
  /** Drains: door open until silent or until the budget is over, closed hours, the last flush. */
  readonly stop: (how: StopOrder) => Promise<Stopped>;
  /** True when nothing is left to do after the grant (hourly, monthly). */
  readonly isFinished: () => boolean;
};

/** What the process tells the agent of itself. */
export type AgentOptions = {
  readonly mode: 'run' | 'exec';
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  readonly clock?: Clock;
  readonly scheduler?: Scheduler;
  readonly random?: Random;
  /** What an agent before this one, in the same process, told the product that still runs: address and token stay valid. */
  readonly handedOver?: Readonly<Record<string, string>>;
  /** Figures that only the process knows, for the metrics. */
  readonly edge: EdgeFigures;
};

export type EdgeFigures = {
  /** Lines of the log that no reader took, since the start. */
  readonly lostLines: () => number;
  /** Unexpected errors that the process survived: rejections that nobody awaited. */
  readonly troubles: () => number;
};
