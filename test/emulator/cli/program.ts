import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The program that ships, bundled for this run of the tests. */
const PROGRAM = join(process.env['TOLLGATE_DIST'] ?? '', 'emulator.mjs');

export type Ended = { readonly code: number | null; readonly out: string; readonly err: string };

export const start = (args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess =>
  spawn(process.execPath, [PROGRAM, ...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });

const textOf = async (stream: NodeJS.ReadableStream | null): Promise<string> => {
  let text = '';
  for await (const chunk of stream ?? []) text += chunk;
  return text;
};

export const ended = async (child: ChildProcess): Promise<Ended> => {
  const [out, err, [code]] = await Promise.all([textOf(child.stdout), textOf(child.stderr), once(child, 'exit')]);
  return { code: code as number | null, out, err };
};

/** The first line that a program writes. */
export const firstLine = async (child: ChildProcess): Promise<string> => {
  if (child.stdout === null) throw new Error('the program has no stdout');
  for await (const line of createInterface({ input: child.stdout })) return line;
  throw new Error('the program wrote nothing');
};

/** The built emulator on a free port; `run` is its other commands against it. */
export const serve = async (args: readonly string[] = []) => {
  const server = start(['serve', '--port', '0', ...args]);
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(await firstLine(server))?.[0] ?? '';
  const run = (...command: readonly string[]): Promise<Ended> => ended(start(command, { TOLLGATE_EMULATOR_URL: url }));
  const json = async <T = Record<string, unknown>>(...command: readonly string[]): Promise<T> =>
    JSON.parse((await run(...command, '--json')).out) as T;
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill(signal);
    await once(server, 'exit');
  };
  return {
    url,
    run,
    json,
    stop,
    start: (...command: readonly string[]) => start(command, { TOLLGATE_EMULATOR_URL: url }),
    [Symbol.asyncDispose]: stop,
  };
};
