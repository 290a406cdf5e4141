import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PREFIX } from './runtime.ts';

/**
 * Fills the compile cache of /opt/tollgate for the user that runs this: the program goes through a gate, a report and a
 * stop, by itself and around a command, with the emulator as AWS. Fails when any of it does.
 */
const ROOT = join(import.meta.dirname, '..', '..');
const TOLLGATE = join(PREFIX, 'bin', 'tollgate');

const folder = mkdtempSync(join(tmpdir(), 'warm-'));
const config = join(folder, 'tollgate.yaml');
writeFileSync(
  config,
  `product: { code: 4w1vgsrkqdkypbz43g7qkk4uz, pricing: usage }
dimensions: { requests: { meter: sum } }
door: { listen: 'unix:${folder}/door.sock' }
health: { listen: null }
ledger: { directory: '${folder}/ledger' }
`,
);

const env = { ...process.env, NODE_COMPILE_CACHE: join(PREFIX, 'cache') };

const start = (...words: readonly string[]): ChildProcess => {
  const [program = '', ...args] = words;
  return spawn(program, args, { env, stdio: ['ignore', 'inherit', 'inherit'] });
};

const mustEndWell = async (child: ChildProcess): Promise<void> => {
  const [code, signal] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${child.spawnargs.join(' ')} ended with ${code ?? signal}`);
};

const emulator = spawn(process.execPath, [join(ROOT, 'src/emulator/main.ts'), 'serve', '--port', '0'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const [line] = await once(createInterface({ input: emulator.stdout }), 'line');
const url = /http:\/\/\S+/.exec(line)?.[0];
if (url === undefined) throw new Error(`the emulator does not say where it is: ${line}`);
const asTask = [process.execPath, join(ROOT, 'src/emulator/main.ts'), 'task', '--url', url, '--'];

try {
  const run = start(...asTask, TOLLGATE, 'run', '--config', config);
  await mustEndWell(start(TOLLGATE, 'gate', 'wait', '--config', config, '--timeout', '2m'));
  await mustEndWell(start(TOLLGATE, 'gate', 'check', '--config', config));
  await mustEndWell(start(TOLLGATE, 'report', 'requests', '1', '--config', config));
  run.kill('SIGTERM');
  await mustEndWell(run);
  await mustEndWell(start(...asTask, TOLLGATE, 'exec', '--config', config, '--', TOLLGATE, 'report', 'requests', '1'));
} finally {
  emulator.kill();
  rmSync(folder, { recursive: true });
}
