import * as quantity from '../usage/quantity.ts';
import { cut, type Quanta } from './apportion.ts';
import { type TagSet, UNTAGGED } from './tagSet.ts';

/**
 * Units by tag set, of a total that is kept beside them: only tagged sets are named, and what they leave of the total is the
 * untagged bucket's. So shares always sum to their total.
 */
export type Shares = ReadonlyMap<TagSet, quantity.Quantity>;

export const NO_SHARES: Shares = new Map();

export const taggedOf = (shares: Shares): quantity.Quantity => quantity.sum(shares.values());

/** Tagged shares out of quanta of 10^-`decimals` units. */
export const sharesOf = (quanta: Quanta, decimals: number): Shares =>
  new Map(
    [...quanta]
      .filter(([set, count]) => set !== UNTAGGED && count !== 0n)
      .map(([set, count]) => [set, quantity.scaled(count, decimals)]),
  );

/**
 * Parts `shares` of `total` units in two: `part` units now, in whole quanta of 10^-`decimals`, and the rest later. What a
 * share holds beyond whole quanta (a dimension had more decimals once) becomes untagged.
 */
export const divideShares = (
  shares: Shares,
  total: quantity.Quantity,
  part: quantity.Quantity,
  decimals: number,
): { readonly now: Shares; readonly later: Shares } => {
  const whole = new Map([...shares].map(([set, units]) => [set, quantity.wholes(units, decimals)]));
  const tagged = [...whole.values()].reduce((sum, quanta) => sum + quanta, 0n);
  if (tagged === 0n) return { now: NO_SHARES, later: NO_SHARES };
  const all = new Map(whole).set(UNTAGGED, quantity.wholes(total, decimals) - tagged);
  const now = cut(quantity.wholes(part, decimals), all);
  const later = new Map([...whole].map(([set, quanta]) => [set, quanta - (now.get(set) ?? 0n)]));
  return { now: sharesOf(now, decimals), later: sharesOf(later, decimals) };
};

/** One line of JSON, sets in order. */
export const write = (shares: Shares): string =>
  JSON.stringify([...shares].sort(([a], [b]) => (a < b ? -1 : 1)).map(([set, units]) => [set, quantity.format(units)]));

/** Reads what `write` wrote. */
export const read = (text: string): Shares =>
  new Map((JSON.parse(text) as [TagSet, string][]).map(([set, units]) => [set, quantity.read(units)]));
