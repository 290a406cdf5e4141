import type { Definition } from '../usage/definition.ts';
import * as quantity from '../usage/quantity.ts';
import { apportion } from './apportion.ts';
import { NO_SHARES, type Shares, sharesOf } from './shares.ts';
import { MOST_TAG_SETS, type TagSet, UNTAGGED } from './tagSet.ts';

/** Raw counts by tag set, of a total that is kept beside them; what they leave of it is the untagged bucket's. */
export type Counts = ReadonlyMap<TagSet, quantity.Quantity>;

type Hour = {
  readonly definition: Definition;
  /** Raw count of the tag sets in this hour. */
  readonly counts: Counts;
  /** The running balance of each tag set: raw counts that are not in units yet; below zero it is ahead. */
  readonly balances: Counts;
  /** Raw count of the hour over all sets, and what was carried into it. */
  readonly counted: quantity.Quantity;
  readonly carried: quantity.Quantity;
  /** Units that it came to. */
  readonly own: quantity.Quantity;
};

/** Balances are kept for so many sets of a dimension; the smallest are forgotten, and what they held is the untagged bucket's. */
const bounded = (balances: Counts): Counts => {
  const size = ([, { digits, scale }]: [TagSet, quantity.Quantity]) => ({
    digits: digits < 0n ? -digits : digits,
    scale,
  });
  const kept = [...balances].filter(([, balance]) => !quantity.isZero(balance));
  if (kept.length <= MOST_TAG_SETS) return new Map(kept);
  return new Map(kept.sort((a, b) => quantity.compare(size(b), size(a))).slice(0, MOST_TAG_SETS));
};

const fairly = ({ definition, counts, balances, counted, carried, own }: Hour) => {
  const { per, decimals } = definition;
  const levels = quantity.addEach(balances, counts);
  const total = quantity.add(carried, counted);
  levels.set(UNTAGGED, quantity.subtract(total, quantity.sum(levels.values())));
  // The raw count that is worth one unit of the last decimal.
  const quantum = quantity.scaled(per.digits, per.scale + decimals);
  const scale = Math.max(quantum.scale, ...[...levels.values()].map((level) => level.scale));
  const quanta = apportion(
    quantity.wholes(own, decimals),
    new Map([...levels].map(([set, level]) => [set, quantity.wholes(level, scale)])),
    quantity.wholes(quantum, scale),
  );
  levels.delete(UNTAGGED);
  const after = [...levels].map(
    ([set, level]) =>
      [set, quantity.subtract(level, quantity.multiply(quantum, quantity.of(quanta.get(set) ?? 0n)))] as const,
  );
  return { shares: sharesOf(quanta, decimals), balances: bounded(new Map(after)) };
};

/** A maximum is one report's: its tags are those of the highest. Where several are as high, those of a tagged one. */
const ofTheHighest = ({ counts, balances, counted, own }: Hour) => {
  const [highest] = [...counts]
    .filter(([, count]) => quantity.equal(count, counted))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return { shares: new Map(highest === undefined ? [] : [[highest[0], own]]), balances };
};

/**
 * Shares out the units that an hour came to, and says what each set's balance is afterwards. Balances and the untagged
 * bucket's together are always the dimension's carry.
 */
export const ownShares = (hour: Hour): { readonly shares: Shares; readonly balances: Counts } => {
  switch (hour.definition.meter) {
    case 'sum':
    case 'counter':
      return fairly(hour);
    case 'max':
      return ofTheHighest(hour);
    // Their reports are counted untagged.
    case 'average':
    case 'last':
    case 'unique':
      return { shares: NO_SHARES, balances: hour.balances };
    default:
      return hour.definition.meter satisfies never;
  }
};
