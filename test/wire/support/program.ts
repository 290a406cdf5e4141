import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

/** One run of a built program. */
export type Program = AsyncDisposable & {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** The exit code (128 + n is not made of signals here) and the signal. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  readonly isOver: () => boolean;
  /** Resolves with the first answer of `look` that is not undefined or false; rejects when the program ends before or the deadline passes. */
  readonly until: <T>(what: string, look: () => T | undefined | false | Promise<T | undefined | false>) => Promise<T>;
};

/** Nothing that is waited for takes near as long on a slow machine. */
const DEADLINE = 30_000;
/** A look is a request that costs the program and the test some milliseconds: more of them take longer than they spare. */
const POLL = 60;

/** A program that is still there after this is ended, so that a fault of its own shows as `SIGKILL` and not as a hang. */
const LIFE = 100_000;

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

/** Polls until `look` answers something. */
export const eventually = async <T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  {
    deadline = DEADLINE,
    given = () => '',
    over = () => false,
  }: { deadline?: number; given?: () => string; over?: () => boolean } = {},
): Promise<T> => {
  const began = performance.now();
  for (;;) {
    const wasOver = over();
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (wasOver) throw new Error(`the program ended before: ${what}\n${given()}`);
    if (performance.now() - began > deadline) throw new Error(`not within ${deadline} ms: ${what}\n${given()}`);
    await pause(POLL);
  }
};

export type Start = {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** A command line in front, as `setpriv`. */
  readonly before?: readonly string[];
  readonly stdio?: ('ignore' | 'pipe' | number)[];
  /** The folder of the built programs. */
  readonly dist?: string;
  /** Ended by force after so many milliseconds. */
  readonly lives?: number;
};

/** Starts `tollgate ARGS` with exactly this environment. */
export const startTollgate = (
  args: readonly string[],
  { env, cwd, before = [], stdio, dist, lives = LIFE }: Start,
): Program => {
  const folder = dist ?? process.env['TOLLGATE_DIST'] ?? '';
  const [file = '', ...rest] = [...before, process.execPath, join(folder, 'tollgate.mjs'), ...args];
  const child = spawn(file, rest, {
    env: { ...env },
    stdio: stdio ?? ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  });
  let out = '';
  let err = '';
  let over = false;
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.once('error', reject);
    const life = setTimeout(() => child.kill('SIGKILL'), lives);
    child.once('close', (code, signal) => {
      clearTimeout(life);
      over = true;
      resolve({ code, signal });
    });
  });
  const given = () => `stdout: ${out}\nstderr: ${err}`;
  return {
    child,
    stdout: () => out,
    stderr: () => err,
    ended,
    isOver: () => over,
    until: (what, look) => eventually(what, look, { given, over: () => over }),
    [Symbol.asyncDispose]: async () => {
      if (!over) child.kill('SIGKILL');
      await ended;
    },
  };
};
