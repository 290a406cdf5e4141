import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MUTANTS, type Mutant } from './mutants.ts';

/** npm run simulate:mutants [-- WORDS]: the simulation must fail on every one of them, each in a copy of its own. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MOST_SEEDS = 2_000;

const patch = (folder: string, { file, find, put }: Mutant): void => {
  const path = join(folder, file);
  const parts = readFileSync(path, 'utf8').split(find);
  if (parts.length !== 2) throw new Error(`${file} has the text to change ${parts.length - 1} times: ${find}`);
  writeFileSync(path, parts.join(put));
};

const copyOf = (mutant: Mutant): string => {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-mutant-'));
  for (const name of ['src', 'test', 'package.json']) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  patch(folder, mutant);
  return folder;
};

/** What the simulation prints of a mutant, and whether it failed. */
const simulate = (folder: string): Promise<{ readonly output: string; readonly code: number | null }> =>
  new Promise((resolve) => {
    const options = ['--seeds', String(MOST_SEEDS), '--jobs', '1', '--failures', '1', '--quick'];
    const child = spawn(process.execPath, ['test/simulation/run.ts', ...options], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString();
    });
    child.stderr.on('data', (data: Buffer) => {
      output += data.toString();
    });
    child.once('close', (code) => resolve({ output, code }));
  });

const words = process.argv.slice(2);
const queue = MUTANTS.filter(({ name }) => words.every((word) => name.includes(word)));
const all = queue.length;
let caught = 0;

const lane = async (): Promise<void> => {
  for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
    const folder = copyOf(mutant);
    try {
      const { output, code } = await simulate(folder);
      const [, seed] = /^seed (\d+) fails/m.exec(output) ?? [];
      const why = /^ {2}(.*)$/m.exec(output)?.[1] ?? output.trim().split('\n').at(-1) ?? '';
      if (code !== 0 && seed !== undefined) {
        caught += 1;
        process.stdout.write(`ok - ${mutant.name}: seed ${seed}: ${why.slice(0, 160)}\n`);
      } else process.stdout.write(`not ok - ${mutant.name}: ${MOST_SEEDS} seeds: ${why.slice(0, 400)}\n`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
};

await Promise.all(Array.from({ length: availableParallelism() }, lane));
process.stdout.write(`${caught} passed, ${all - caught} failed\n`);
process.exitCode = caught === all && all > 0 ? 0 : 1;
