import type { TagSet } from './tagSet.ts';

/** Whole quanta by tag set. */
export type Quanta = ReadonlyMap<TagSet, bigint>;

/** `level / quantum`, rounded down also below zero. */
const floor = (level: bigint, quantum: bigint): bigint => {
  const whole = level / quantum;
  return level % quantum < 0n ? whole - 1n : whole;
};

type Claim = { readonly set: TagSet; readonly level: bigint; quanta: bigint };

const byLevel =
  (quantum: bigint) =>
  (a: Claim, b: Claim): number => {
    const [x, y] = [a.level - a.quanta * quantum, b.level - b.quanta * quantum];
    return x === y ? (a.set < b.set ? -1 : 1) : x > y ? -1 : 1;
  };

/** Sets that are ahead of their share leave less than the others have been given: those who hold least of a quantum give it back. */
const takeBack = (claims: readonly Claim[], much: bigint, quantum: bigint): void => {
  for (let left = much; left > 0n; ) {
    const owners = claims.filter(({ quanta }) => quanta > 0n).toSorted(byLevel(quantum));
    const each = left / BigInt(owners.length);
    // As many as all of them can give alike; the rest one by one, from those with the least.
    let step = each;
    for (const { quanta } of owners) if (quanta < step) step = quanta;
    const givers = step > 0n ? owners : owners.slice(-Number(left));
    for (const giver of givers) {
      const given = step > 0n ? step : 1n;
      giver.quanta -= given;
      left -= given;
    }
  }
};

/**
 * Shares out `quanta` among tag sets, each to the one that is owed most at that moment. `levels` say what each set is owed
 * (below zero: it is ahead), in the same measure as `quantum`; together they must be worth at least `quanta`, and at most
 * one quantum less, as rounding leaves them.
 *
 * So no set ever gets a quantum or more ahead of its exact share, and none of N falls H(N) = 1 + 1/2 + ... + 1/N quanta or
 * more behind it (below 9 for 4,096 sets), over however many hours. Proof: take the k sets that are owed most. Either all
 * quanta went to them, and what they are owed together did not grow by more than the carry; or the last quantum that did
 * not went to a set that was owed at least as much as each of them, and is owed at most one less now, so that their average
 * is at most that of k + 1 sets plus 1/(k + 1). The average of all N is the carry's.
 */
export const apportion = (quanta: bigint, levels: Quanta, quantum: bigint): Quanta => {
  const claims: readonly Claim[] = [...levels].map(([set, level]) => {
    const whole = floor(level, quantum);
    return { set, level, quanta: whole > 0n ? whole : 0n };
  });
  const left = quanta - claims.reduce((sum, claim) => sum + claim.quanta, 0n);
  if (left < 0n) takeBack(claims, -left, quantum);
  for (const claim of left > 0n ? claims.toSorted(byLevel(quantum)).slice(0, Number(left)) : []) claim.quanta += 1n;
  return new Map(claims.filter((claim) => claim.quanta > 0n).map((claim) => [claim.set, claim.quanta]));
};

/**
 * Takes `part` of the quanta in `shares` from all of them in proportion, the largest remainders first. `part` is not above
 * their sum, so that no share gives more than it has.
 */
export const cut = (part: bigint, shares: Quanta): Quanta => {
  const whole = [...shares.values()].reduce((sum, quanta) => sum + quanta, 0n);
  if (whole === 0n) return new Map();
  return apportion(part, new Map([...shares].map(([set, quanta]) => [set, quanta * part])), whole);
};
