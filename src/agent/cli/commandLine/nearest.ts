/** How many single letters must be put in, taken out or changed to come from one word to the other. */
const distance = (from: string, to: string): number => {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...from].entries()) {
    const below = [i + 1];
    for (const [j, other] of [...to].entries()) {
      const changed = (row[j] ?? 0) + (letter === other ? 0 : 1);
      below.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (below[j] ?? 0) + 1));
    }
    row = below;
  }
  return row[to.length] ?? 0;
};

/** A word that is further away than this share of its length is no typing mistake. */
const LIKENESS = 0.5;

/** The known word that was probably meant; undefined when none is near. */
export const nearestTo = (word: string, known: readonly string[]): string | undefined => {
  const ranked = known
    .map((candidate) => ({ candidate, away: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((one, other) => one.away - other.away);
  const [best] = ranked;
  if (best === undefined || best.away > Math.max(1, Math.ceil(best.candidate.length * LIKENESS))) return undefined;
  return best.candidate;
};
