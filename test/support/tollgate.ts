import { spawn } from 'node:child_process';
import { join } from 'node:path';

export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** The bundled program as a process of its own, with nothing of our environment but what is given. */
export const startTollgate = (args: readonly string[], env: Readonly<Record<string, string>> = {}, cwd = '/') => {
  const program = join(process.env['TOLLGATE_DIST'] ?? '', 'tollgate.mjs');
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...env },
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
  return { ended, stdout: () => stdout, kill: () => child.kill() };
};

export const tollgate = (args: readonly string[], env?: Readonly<Record<string, string>>, cwd?: string) =>
  startTollgate(args, env, cwd).ended;
