/** Single letters to put in, take out or change to come from one word to the other. */
const distance = (from: string, to: string): number => {
  let row = [...Array(to.length + 1).keys()];
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (const [place, other] of [...to].entries()) {
      const swapped = (row[place] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(swapped, (row[place + 1] ?? 0) + 1, (next[place] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
};

/** The known word that was probably meant: at most half of it is different. */
export const nearest = (word: string, known: readonly string[]): string | undefined => {
  const [best] = known
    .map((one) => ({ one, away: distance(word.toLowerCase(), one.toLowerCase()) }))
    .toSorted((a, b) => a.away - b.away);
  return best !== undefined && best.away <= Math.ceil(best.one.length / 2) ? best.one : undefined;
};

/** `; did you mean x?`, or what there is. */
export const hint = (word: string, known: readonly string[]): string => {
  const meant = nearest(word, known);
  return meant === undefined ? `; there is ${known.join(', ')}` : `; did you mean ${meant}?`;
};
