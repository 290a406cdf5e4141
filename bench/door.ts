/**
 * How fast the door takes reports, every one with an id and on disk before its 202, against a bare HTTP server that only
 * parses JSON. In turn, round by round, on this machine and disk: ratios, not promises.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from '../scripts/bundle.ts';
import { type Load, pour } from './support/load.ts';

const ROUNDS = 5;
const CELLS: readonly Load[] = [
  { connections: 1, reportsEach: 1, milliseconds: 2_000 },
  { connections: 64, reportsEach: 1, milliseconds: 2_000 },
  { connections: 8, reportsEach: 100, milliseconds: 2_000 },
];

const folder = await mkdtemp(join(tmpdir(), 'tollgate-bench-'));
await build(folder);

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

const port = await freePort();
const configuration = `
product: { code: bench, pricing: usage }
platform: local
dimensions: { requests: { meter: sum } }
ledger: { directory: ${join(folder, 'ledger')} }
door: { listen: "127.0.0.1:${port}", connections: 128 }
health: { listen: null }
`;
await writeFile(join(folder, 'tollgate.yaml'), configuration);

const addressOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    child.stdout?.setEncoding('utf8').once('data', (text: string) => resolve(text.trim()));
    child.once('exit', () => reject(new Error('the anchor ended early')));
  });

/** Resolves once the door answers; the wait ends with it, or with the program. */
const opened = async (url: string, child: ChildProcess): Promise<string> => {
  while (child.exitCode === null) {
    const answer = await fetch(`${url}/v1/entitlement`).catch(() => undefined);
    if (answer?.ok) return url;
  }
  throw new Error(`the program ended with ${child.exitCode}`);
};

const start = (args: readonly string[]) => spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
const bare = start([join(import.meta.dirname, 'support/bare.ts')]);
const ours = start([join(folder, 'tollgate.mjs'), 'run', '--config', join(folder, 'tollgate.yaml')]);
const urls = { bare: await addressOf(bare), ours: await opened(`http://127.0.0.1:${port}`, ours) };

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

try {
  for (const load of CELLS) {
    const pairs: { readonly bare: number; readonly ours: number }[] = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      const pair = { bare: await pour(urls.bare, load), ours: await pour(urls.ours, load) };
      // The first round warms both up.
      if (round > 0) pairs.push(pair);
    }
    const ratio = median(pairs.map(({ bare: anchor, ours: measured }) => measured / anchor));
    process.stdout.write(
      `${load.connections} connections x ${load.reportsEach}: ${ratio.toFixed(2)} of the anchor (anchor ${Math.round(median(pairs.map((pair) => pair.bare)))} reports/s, door ${Math.round(median(pairs.map((pair) => pair.ours)))})\n`,
    );
  }
} finally {
  ours.kill('SIGTERM');
  bare.kill();
  await new Promise((resolve) => ours.once('exit', resolve));
  await rm(folder, { recursive: true, force: true });
}
