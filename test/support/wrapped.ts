import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Script } from './programs/standInWorker.ts';

/** The bundled program as it ships, with a stand-in for the agent where the agent's thread would be loaded from. */
export const distWithStandIn = async (): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-standin-'));
  cpSync(process.env['TOLLGATE_DIST'] ?? '', folder, { recursive: true });
  await build({
    entryPoints: [join(import.meta.dirname, 'programs/standInWorker.ts')],
    outfile: join(folder, 'worker.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    logLevel: 'warning',
    banner: { js: "import{createRequire as __r}from'node:module';const require=__r(import.meta.url);" },
  });
  return folder;
};

export type Wrapped = {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** The exit code, or 128 + n as a shell makes of it, and the signal if one ended the wrapper itself. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** Resolves once the text has been seen on stdout; rejects when the wrapper ends before. */
  readonly said: (text: string) => Promise<void>;
  readonly noted: (text: string) => Promise<void>;
  /** What the stand-in was told, in order. */
  readonly told: () => readonly Readonly<Record<string, unknown>>[];
  /** Resolves once the stand-in was told so for the n-th time. */
  readonly toldOf: (key: string, times?: number) => Promise<Readonly<Record<string, unknown>>>;
  /** Gives the stand-in an order. */
  readonly order: (name: string) => void;
};

const POLL = 10;

export type Start = {
  readonly script?: Script;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdio?: ('pipe' | 'inherit' | 'ignore' | number)[];
  readonly cwd?: string;
  /** A command line in front, as `unshare` or `setpriv`. */
  readonly before?: readonly string[];
  /** Another program than the bundled one. */
  readonly program?: string;
};

/** Starts `tollgate ARGS` in a process group of its own, which a test may signal as a whole. */
export const startWrapped = (dist: string, args: readonly string[], start: Start = {}): Wrapped => {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-told-'));
  writeFileSync(join(folder, 'script.json'), JSON.stringify(start.script ?? {}));
  // The program may be run as another user.
  chmodSync(folder, 0o777);
  const [program = '', ...rest] = [
    ...(start.before ?? []),
    process.execPath,
    start.program ?? join(dist, 'tollgate.mjs'),
    ...args,
  ];
  const child = spawn(program, rest, {
    stdio: start.stdio ?? ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', STAND_IN: folder, ...start.env },
    detached: true,
    ...(start.cwd === undefined ? {} : { cwd: start.cwd }),
  });
  let out = '';
  let err = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  let over = false;
  void ended.then(() => {
    over = true;
  });

  /** A condition that other processes make true; the wait ends with them, not with a clock. */
  const until = async <T>(what: string, look: () => T | undefined): Promise<T> => {
    for (;;) {
      const seen = look();
      if (seen !== undefined) return seen;
      if (over) throw new Error(`ended before ${what}\nstdout: ${out}\nstderr: ${err}`);
      await new Promise((resolve) => setTimeout(resolve, POLL));
    }
  };

  const told = () => {
    const file = join(folder, 'told.jsonl');
    if (!existsSync(file)) return [];
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  };

  return {
    child,
    stdout: () => out,
    stderr: () => err,
    ended,
    told,
    said: (text) => until(`"${text}" on stdout`, () => (out.includes(text) ? true : undefined)).then(() => {}),
    noted: (text) => until(`"${text}" on stderr`, () => (err.includes(text) ? true : undefined)).then(() => {}),
    toldOf: (key, times = 1) =>
      until(`the stand-in was told ${key}`, () => told().filter((entry) => key in entry)[times - 1]),
    order: (name) => writeFileSync(join(folder, name), ''),
  };
};
