import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const DIST = process.env['TOLLGATE_DIST'] ?? '';
const EMULATOR = join(DIST, 'emulator.mjs');

/** An emulator of AWS as a process of its own, and the homes it can run programs in. */
export type Emulated = {
  readonly url: string;
  /** The command line in front of a program that makes it a task of this name and product. */
  readonly task: (name: string, product: string) => readonly string[];
  /** Billed units of a product by dimension. */
  readonly bill: (product: string) => Readonly<Record<string, string>>;
  readonly ask: (...args: readonly string[]) => string;
  readonly stop: () => void;
};

/** `options` go to its `serve` command. */
export const startEmulator = async (options: readonly string[] = []): Promise<Emulated> => {
  const child: ChildProcess = spawn(process.execPath, [EMULATOR, 'serve', '--port', '0', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      const found = /http:\/\/[\w.:]+/.exec(text.includes('\n') ? text : '');
      if (found !== null) resolve(found[0]);
    });
    child.once('exit', () => reject(new Error(`the emulator ended: ${text}`)));
  });
  const ask = (...args: readonly string[]): string => {
    const [command = '', ...rest] = args;
    const { stdout, stderr, status } = spawnSync(process.execPath, [EMULATOR, command, '--url', url, ...rest], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`emulator ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  return {
    url,
    ask,
    task: (name, product) => [
      process.execPath,
      EMULATOR,
      'task',
      '--url',
      url,
      '--name',
      name,
      '--product',
      product,
      '--',
    ],
    bill: (product) => {
      const { usage } = JSON.parse(ask('bill', '--json')) as {
        readonly usage: readonly { readonly product: string; readonly dimension: string; readonly quantity: string }[];
      };
      return Object.fromEntries(
        usage.filter((line) => line.product === product).map(({ dimension, quantity }) => [dimension, quantity]),
      );
    },
    stop: () => void child.kill(),
  };
};

/** A folder with a configuration and a place for the ledger, usable by any user. */
export const configured = (product: string, more = ''): { readonly file: string; readonly folder: string } => {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-configured-'));
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'ledger'));
  chmodSync(join(folder, 'ledger'), 0o777);
  const file = join(folder, 'tollgate.yaml');
  writeFileSync(
    file,
    `product: ${product}
ledger: { directory: ${folder}/ledger }
door: { listen: "127.0.0.1:0" }
shutdown: { grace: 20s, drain: 8s }
${more}`,
  );
  return { file, folder };
};
