import { constants } from 'node:os';

/** Ctrl-C and its kind: why the demo stops, and what a shell makes of it. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(`stopped by ${signal}`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/** Real milliseconds. `npm` hands on a signal that the terminal sent to everybody: so soon it is no second one. */
const SECOND_ONE = 1_000;
const LOOK = 500;

/**
 * Calls `stop` at the first signal, and `hurry` at a second one. A parent or a reader that is gone counts as one: nobody
 * sees the story any more.
 */
export const onInterruption = (stop: (why: Interruption) => void, hurry: () => void): void => {
  let first: number | undefined;
  const take = (signal: NodeJS.Signals): void => {
    if (first === undefined) {
      first = performance.now();
      stop(new Interruption(signal));
    } else if (performance.now() - first > SECOND_ONE) hurry();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, take);
  process.stdout.on('error', () => stop(new Interruption('SIGPIPE')));
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) stop(new Interruption('SIGHUP'));
  }, LOOK).unref();
};
