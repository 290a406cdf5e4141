import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { constants, homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Surroundings } from '../identity/environment.ts';
import { ask } from './client.ts';
import { EXIT, wrongUsage } from './failure.ts';

export type Launched = Surroundings & {
  readonly resource: { readonly id: string; readonly handle: string; readonly name: string };
};

/** What a home decides by itself: whatever the caller's shell has of it must not leak in. */
const FOREIGN = /^(AWS_|ECS_|KUBERNETES_)/;

/**
 * A developer's own profile would be found before the home's credentials; on AWS there is none.
 * The SDKs look in the home folder, so both files are named elsewhere, but only if there is something to hide.
 */
const hidden = (): Readonly<Record<string, string>> =>
  existsSync(join(homedir(), '.aws')) ? { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' } : {};

const inherited = (): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !FOREIGN.test(name)));

/** Written beside and swapped by rename: a reader sees the old token or the new one, never half of one. */
const put = async (folder: string, file: Surroundings['files'][number]): Promise<readonly [string, string]> => {
  const path = join(folder, file.variable.toLowerCase());
  await writeFile(`${path}.next`, file.text, { mode: 0o600 });
  await rename(`${path}.next`, path);
  return [file.variable, path];
};

const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH', 'SIGCONT'] as const;

/** A terminal gives these to the command itself, which is in the same group: handed on they would come twice. */
const FROM_TERMINAL: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGQUIT', 'SIGWINCH']);

/** Called before the command is there: a signal that comes while it is being started must not end the home alone. */
const forward = (child: () => ChildProcess): (() => void) => {
  const isInteractive = process.stdin.isTTY === true;
  const pass = (signal: NodeJS.Signals): void => {
    if (!(isInteractive && FROM_TERMINAL.has(signal))) child().kill(signal);
  };
  for (const signal of SIGNALS) process.on(signal, pass);
  return () => {
    for (const signal of SIGNALS) process.off(signal, pass);
  };
};

/** As a shell tells it. */
const exitCodeOf = (code: number | null, signal: NodeJS.Signals | null): number =>
  code ?? (signal === null ? EXIT.unexpected : 128 + constants.signals[signal]);

const codeOfError = (error: NodeJS.ErrnoException): number =>
  error.code === 'ENOENT' ? EXIT.notFound : EXIT.notExecutable;

const ended = (child: ChildProcess, name: string): Promise<number> =>
  new Promise((resolve) => {
    child.once('error', (error) => {
      process.stderr.write(`tollgate-emulator: ${name}: ${error.message}\n`);
      resolve(codeOfError(error));
    });
    child.once('exit', (code, signal) => resolve(exitCodeOf(code, signal)));
  });

/** How often the emulator is asked for its time, to write a new token as kubelet does. */
const LOOK = 5_000;

/** Keeps the token files fresh by the emulator's clock; the answer stops it. */
const keepFresh = (
  url: string | undefined,
  folder: string,
  { resource, files }: Launched,
  credentials: string,
): (() => void) => {
  if (files.length === 0) return () => undefined;
  let due = Math.min(...files.map(({ refreshAt }) => refreshAt));
  const look = async (): Promise<void> => {
    const clock = await ask(url, 'GET', 'clock');
    if (Number(clock['milliseconds']) < due) return;
    const fresh = (await ask(
      url,
      'GET',
      `resources/${resource.handle}?credentials=${credentials}`,
    )) as unknown as Launched;
    for (const file of fresh.files) await put(folder, file);
    due = Math.min(...fresh.files.map(({ refreshAt }) => refreshAt));
  };
  // An emulator that is away for a while is no reason to disturb the command.
  const timer = setInterval(() => void look().catch(() => undefined), LOOK);
  return () => clearInterval(timer);
};

export type Home = {
  readonly url: string | undefined;
  readonly launch: object;
  readonly credentials?: 'irsa' | 'podIdentity' | 'node';
  readonly command: readonly string[];
};

/** Runs a command as a task, pod or instance of a running emulator; answers its exit code. */
export const runAtHome = async ({ url, launch, credentials = 'irsa', command }: Home): Promise<number> => {
  const [file, ...args] = command;
  if (file === undefined) throw wrongUsage('a command is wanted after --');
  const launched = (await ask(url, 'POST', 'resources', { ...launch, credentials })) as unknown as Launched;
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-home-'));
  try {
    const files = await Promise.all(launched.files.map((one) => put(folder, one)));
    const env = { ...inherited(), ...hidden(), ...launched.environment, ...Object.fromEntries(files) };
    const stopRefresh = keepFresh(url, folder, launched, credentials);
    const stopForwarding = forward(() => child);
    const child = spawn(file, args, { stdio: 'inherit', env });
    const code = await ended(child, file);
    stopForwarding();
    stopRefresh();
    await ask(url, 'POST', `resources/${launched.resource.handle}/stop`).catch(() => undefined);
    return code;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
