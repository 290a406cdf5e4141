import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Slice, Word } from './slice.ts';

/** npm run simulate -- --seeds N [--from S] [--hours H] [--jobs J] [--failures F] [--quick] */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    hours: { type: 'string', default: '24' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    /** How many failures are enough to stop. */
    failures: { type: 'string', default: '3' },
    /** Does not look for the shortest story. */
    quick: { type: 'boolean', default: false },
  },
});

const whole = (name: 'seeds' | 'from' | 'hours' | 'jobs' | 'failures'): number => {
  const value = Number(values[name]);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} wants a whole number above zero`);
  return value;
};

const [seeds, from, hours, failures] = [whole('seeds'), whole('from'), whole('hours'), whole('failures')];
const jobs = Math.min(whole('jobs'), seeds);
const PROGRESS = 1_000;
const began = performance.now();
const speed = (done: number): string => ((done / (performance.now() - began)) * 1000).toFixed(1);

const words: Word[] = Array.from({ length: jobs }, () => ({ done: 0, failed: 0 }));
const sum = (): Word =>
  words.reduce((all, { done, failed }) => ({ done: all.done + done, failed: all.failed + failed }));

let told = 0;
let crashed = 0;
const slices = words.map((_, index) => {
  const slice: Slice = {
    first: from + index,
    step: jobs,
    last: from + seeds - 1,
    hours,
    failures,
    quick: values.quick,
  };
  const child = fork(fileURLToPath(import.meta.resolve('./slice.ts')), [JSON.stringify(slice)], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  child.on('message', (word: Word) => {
    words[index] = word;
    const { done, failed } = sum();
    if (Math.floor(done / PROGRESS) > told) {
      told = Math.floor(done / PROGRESS);
      process.stdout.write(`${done} seeds, ${speed(done)} a second\n`);
    }
    if (failed >= failures) for (const other of slices) other.child.kill();
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', (code) => {
      if (code !== 0 && sum().failed < failures) crashed += 1;
      resolve();
    });
  });
  return { child, ended };
});

await Promise.all(slices.map(({ ended }) => ended));
const { done, failed } = sum();
process.stderr.write(`${speed(done)} seeds of ${hours} h a second\n`);
process.stdout.write(`${done - failed} passed, ${failed + crashed} failed\n`);
process.exitCode = failed + crashed === 0 ? 0 : 1;
