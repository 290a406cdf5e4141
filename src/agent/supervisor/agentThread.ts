import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { type Millis, SECOND } from '../core/time/hour.ts';
import type { FromWorker, ToWorker, WorkerData } from '../workerProtocol.ts';
import { forThread } from './aside.ts';

/** The agent's thread while it lives. */
export type AgentThread = {
  readonly send: (message: ToWorker) => void;
  /** Ends it as it stands; resolves when it is gone and its files are free again. */
  readonly end: () => Promise<void>;
};

export type ThreadStart = {
  readonly entry: URL;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly data: WorkerData;
  readonly watch: Watch;
  readonly onMessage: (message: FromWorker) => void;
  /** Once, after the last message; the error when it did not end by itself. */
  readonly onGone: (error: Error | undefined) => void;
  /** What some library printed: our own descriptors belong to the product. */
  readonly onStray: (text: string) => void;
};

/** When silence counts as a hang: `ticks` in a row, `every` so often, without a word. */
export type Watch = { readonly every: Millis; readonly ticks: number };

/** A minute: a disk may keep an fsync that long. Ticks are counted, not time, so that a suspended machine is no hang. */
export const WATCH: Watch = { every: 5 * SECOND, ticks: 12 };

/** The agent's memory is flat; what grows beyond this is a fault that must not take the product's memory with it. */
const MOST_HEAP_MB = 192;

const eachLine = (stream: Readable, take: (text: string) => void): void => {
  stream.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.split('\n')) if (line.trim() !== '') take(line);
  });
};

/** Starts the agent's thread from its entry file, with its own copy of the environment. */
export const startThread = ({
  entry,
  environment,
  data,
  watch,
  onMessage,
  onGone,
  onStray,
}: ThreadStart): AgentThread => {
  const worker = new Worker(entry, {
    workerData: data,
    env: forThread(environment),
    // Kept back: written to the process's own streams they would wait for the product's reader, on our thread.
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MB },
  });
  let failure: Error | undefined;
  let silentTicks = 0;

  const watching = setInterval(() => {
    silentTicks += 1;
    if (silentTicks < watch.ticks || failure !== undefined) return;
    failure = new Error(`the agent's thread has not moved for ${(watch.every * watch.ticks) / SECOND} s`);
    void worker.terminate();
  }, watch.every);

  worker.on('message', (message: FromWorker) => {
    silentTicks = 0;
    onMessage(message);
  });
  worker.on('error', (error) => {
    failure ??= error instanceof Error ? error : new Error(String(error));
  });
  worker.once('exit', (code) => {
    clearInterval(watching);
    onGone(failure ?? (code === 0 ? undefined : new Error(`the agent's thread ended with ${code}`)));
  });
  eachLine(worker.stdout, onStray);
  eachLine(worker.stderr, onStray);

  return {
    send: (message) => worker.postMessage(message),
    end: async () => {
      failure ??= new Error('ended');
      await worker.terminate();
    },
  };
};
