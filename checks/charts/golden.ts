import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const FOLDER = join(import.meta.dirname, 'golden');
const IS_RENEWED = process.argv.includes('--renew');

/** The lines that two texts do not have in common, by the longest common subsequence, as a diff without context. */
export const changed = (before: string, after: string): string => {
  const [a, b] = [before.split('\n'), after.split('\n')];
  const common: number[][] = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  const at = (i: number, j: number): number => common[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      (common[i] as number[])[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      i += 1;
      j += 1;
    } else if (i < a.length && (j === b.length || at(i + 1, j) >= at(i, j + 1))) {
      lines.push(`- ${a[i]}`);
      i += 1;
    } else {
      lines.push(`+ ${b[j]}`);
      j += 1;
    }
  }
  return lines.join('\n');
};

/** Compares with what is kept, or keeps it. */
export const expectGolden = (name: string, text: string): void => {
  const file = join(FOLDER, name);
  if (IS_RENEWED) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${text}\n`);
    return;
  }
  if (!existsSync(file))
    throw new Error(`golden/${name} is missing: look at the output and keep it with run.sh --renew`);
  const kept = readFileSync(file, 'utf8').trimEnd();
  if (kept !== text.trimEnd())
    throw new Error(`golden/${name} differs; when that is meant, run.sh --renew:\n${changed(kept, text.trimEnd())}`);
};
