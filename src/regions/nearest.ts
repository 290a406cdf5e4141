/** How many single letters must be put in, taken out or changed, or neighbours swapped, to come from one word to the other. */
const distance = (from: string, to: string): number => {
  let above: readonly number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 0; i < from.length; i += 1) {
    const below = [i + 1];
    for (let j = 0; j < to.length; j += 1) {
      const changed = (row[j] ?? 0) + (from[i] === to[j] ? 0 : 1);
      const swaps = i > 0 && j > 0 && from[i] === to[j - 1] && from[i - 1] === to[j];
      const swapped = swaps ? (above[j - 1] ?? 0) + 1 : changed;
      below.push(Math.min(changed, swapped, (row[j + 1] ?? 0) + 1, (below[j] ?? 0) + 1));
    }
    [above, row] = [row, below];
  }
  return row[to.length] ?? 0;
};

/** A longer text is no mistyped name, and would take long to compare. */
const LONGEST = 100;

/** The known word that was probably meant: at most a third of its letters are wrong, upper and lower case aside. */
export const nearestTo = (word: string, known: readonly string[]): string | undefined => {
  if (word.length > LONGEST) return undefined;
  let best: { readonly candidate: string; readonly away: number } | undefined;
  for (const candidate of known) {
    const away = distance(word.toLowerCase(), candidate.toLowerCase());
    if (away <= Math.max(1, Math.ceil(candidate.length / 3)) && away < (best?.away ?? Number.POSITIVE_INFINITY))
      best = { candidate, away };
  }
  return best?.candidate;
};
