import { shorten } from './shorten.ts';
import { simulate } from './simulate.ts';
import { storyOf, tell } from './story.ts';

/** npm run simulate -- --seeds N [--from S] [--hours H] */
const option = (name: string, fallback: number): number => {
  const at = process.argv.indexOf(`--${name}`);
  const value = at < 0 ? fallback : Number(process.argv[at + 1]);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} wants a whole number`);
  return value;
};

const seeds = option('seeds', 100);
const from = option('from', 1);
const hours = option('hours', 24);
const began = performance.now();

let failed = 0;
for (let seed = from; seed < from + seeds; seed += 1) {
  const story = storyOf(seed, hours);
  const { broken } = await simulate(story);
  if (broken.length > 0) {
    failed += 1;
    const short = await shorten(story);
    process.stdout.write(`seed ${seed} fails; again: npm run simulate -- --seeds 1 --from ${seed} --hours ${hours}\n`);
    for (const line of broken.slice(0, 5)) process.stdout.write(`  ${line}\n`);
    process.stdout.write(`  the shortest story of it (${short.events.length} of ${story.events.length} events):\n`);
    for (const event of short.events) process.stdout.write(`    ${tell(event)}\n`);
    if (failed >= 3) break;
  }
  const done = seed - from + 1;
  if (done % 500 === 0) {
    process.stdout.write(`${done} seeds, ${((done / (performance.now() - began)) * 1000).toFixed(1)} a second\n`);
  }
}
const speed = (seeds / (performance.now() - began)) * 1000;
process.stdout.write(`${seeds - failed} passed, ${failed} failed\n`);
process.stderr.write(`${speed.toFixed(1)} seeds of ${hours} h a second\n`);
process.exitCode = failed === 0 ? 0 : 1;
