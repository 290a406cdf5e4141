import type { Program, Start } from './program.ts';
import { eventually } from './program.ts';
import { type At, freePort, makeStage, merge, type Stage } from './stage.ts';

export type Usage = {
  readonly dimension: string;
  readonly quantity: number | string;
  readonly id?: string;
  readonly timestamp?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly source?: string;
};

/** Where a `tollgate run` listens, whatever process serves it. */
export type Service = Disposable & {
  readonly stage: Stage;
  readonly door: string;
  readonly health: string;
  readonly doorPort: number;
  /** Starts the service; resolves once it answers /healthz, or with a program that has ended. */
  readonly run: (options?: Partial<Start>) => Promise<Program>;
  /** Resolves once the gate is open. */
  readonly granted: (program: Program) => Promise<void>;
  /** The status of an answer, or undefined when none came. */
  readonly startz: () => Promise<number | undefined>;
  readonly report: (usage: Usage | readonly Usage[], headers?: Readonly<Record<string, string>>) => Promise<Response>;
  readonly status: () => Promise<Status>;
};

export type Status = {
  readonly verdict: { readonly value: string; readonly confirmed: boolean; readonly remembered: boolean };
  readonly clock: { readonly void: boolean };
  readonly sender: { readonly state: string; readonly lastAnswer: string | null };
  readonly dimensions: readonly {
    readonly name: string;
    readonly open: string;
    readonly carry: string;
    readonly receipted: string;
  }[];
  readonly hours: readonly {
    readonly hour: string;
    readonly dimension: string;
    readonly state: string;
    readonly doubt: boolean;
    readonly quantity: string;
    readonly lastAnswer: string | null;
  }[];
  readonly warnings: readonly string[];
};

/** One request on a connection of its own: an agent that stops waits for connections that are kept open. */
export const ask = (url: string, init: RequestInit = {}): Promise<Response> =>
  fetch(url, {
    signal: AbortSignal.timeout(10_000),
    ...init,
    headers: { ...(init.headers as Record<string, string> | undefined), connection: 'close' },
  });

const statusOf = async (url: string): Promise<number | undefined> => {
  try {
    const response = await ask(url);
    await response.arrayBuffer();
    return response.status;
  } catch {
    return undefined;
  }
};

/** A usage product's service with ports of its own. */
export const makeService = async (aws: At, tree: Readonly<Record<string, unknown>> = {}): Promise<Service> => {
  const [doorPort, healthPort] = [await freePort(), await freePort()];
  const usual = {
    door: { listen: `127.0.0.1:${doorPort}` },
    health: { listen: `127.0.0.1:${healthPort}` },
    // A machine that is busy with other tests may take its time to answer.
    gate: { patience: '60s', graceAfterPurchase: false },
  };
  const stage = makeStage(aws, merge(usual, tree));
  const door = `http://127.0.0.1:${doorPort}`;
  const health = `http://127.0.0.1:${healthPort}`;
  return {
    stage,
    door,
    health,
    doorPort,
    run: async (options = {}) => {
      const program = stage.start(['run'], options);
      await eventually(
        'the service answers /healthz',
        async () => program.isOver() || (await statusOf(`${health}/healthz`)) === 200,
      );
      return program;
    },
    granted: async (program) => {
      await program.until('the gate is open', async () => (await statusOf(`${health}/startz`)) === 200);
      await program.until('the door is open', async () => (await statusOf(`${door}/v1/entitlement`)) !== undefined);
    },
    startz: () => statusOf(`${health}/startz`),
    report: (usage, headers = {}) =>
      ask(`${door}/v1/usage`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(usage),
      }),
    status: async () => (await ask(`${door}/v1/status`)).json() as Promise<Status>,
    [Symbol.dispose]: stage[Symbol.dispose],
  };
};
