import { shorten } from './shorten.ts';
import { simulate } from './simulate.ts';
import { storyOf, tell } from './story.ts';

/** So many seeds are told between two words to the parent. */
const WORD = 50;

/** What a child says to whoever started it. */
export type Word = { readonly done: number; readonly failed: number };

/**
 * Plays every seed of a slice; prints each that fails, with the shortest story of it unless `quick`. Stops after
 * `failures` of them. Answers how many were played and how many failed.
 */
export const playSlice = async (
  { first, step, last, hours, failures, quick }: Slice,
  say: (word: Word) => void,
): Promise<Word> => {
  let [done, failed] = [0, 0];
  for (let seed = first; seed <= last && failed < failures; seed += step) {
    const story = storyOf(seed, hours);
    // Bad as it may be, one seed must not hide the others.
    const { broken } = await simulate(story).catch((error: unknown) => ({ broken: [`it threw ${String(error)}`] }));
    done += 1;
    if (broken.length > 0) {
      failed += 1;
      const lines = broken.slice(0, 5).map((line) => `  ${line}`);
      lines.unshift(`seed ${seed} fails; again: npm run simulate -- --seeds 1 --from ${seed} --hours ${hours}`);
      if (!quick) {
        const short = await shorten(story);
        lines.push(`  the shortest story of it (${short.events.length} of ${story.events.length} events):`);
        lines.push(...short.events.map((event) => `    ${tell(event)}`));
      }
      process.stdout.write(`${lines.join('\n')}\n`);
    }
    if (done % WORD === 0) say({ done, failed });
  }
  return { done, failed };
};

/** Every `step`-th seed from `first` to `last`. */
export type Slice = {
  readonly first: number;
  readonly step: number;
  readonly last: number;
  readonly hours: number;
  readonly failures: number;
  readonly quick: boolean;
};

const [, , argument] = process.argv;
if (process.send !== undefined && argument !== undefined) {
  const tellParent = (word: Word): void => void process.send?.(word);
  tellParent(await playSlice(JSON.parse(argument) as Slice, tellParent));
  process.disconnect();
}
