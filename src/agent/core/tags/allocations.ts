import * as quantity from '../usage/quantity.ts';
import type { Shares } from './shares.ts';
import { MOST_KEYS, pairsOf, type TagSet, UNTAGGED } from './tagSet.ts';

/** A part of a record's quantity, for one tag set. */
export type Allocation = { readonly tags: TagSet; readonly units: quantity.Quantity };

/** 1 to 2,500 in a list (API reference, MeterUsage, UsageAllocations). */
const MOST_ALLOCATIONS = 2_500;

/** AWS states no limit of a request's size for MeterUsage; 1 MB is BatchMeterUsage's. Assumed to hold here, with room to spare. */
const MOST_BYTES = 900_000;

/** Bytes of an allocation in a request, in its longer form. AWS's characters are one byte each and need no escapes. */
const bytesOf = ({ tags, units }: Allocation): number =>
  JSON.stringify({
    AllocatedUsageQuantityAsDecimal: quantity.format(units),
    Tags: pairsOf(tags).map(([Key, Value]) => ({ Key, Value })),
  }).length + 1;

const largestFirst = (a: Allocation, b: Allocation): number =>
  -quantity.compare(a.units, b.units) || (a.tags < b.tags ? -1 : 1);

/**
 * The allocations of a record: they sum to its quantity exactly. The smallest fold into the untagged bucket where AWS would
 * not take as many, as large a request, or as many different keys. None when nothing is tagged: the quantity says it all.
 */
export const allocationsOf = (shares: Shares, total: quantity.Quantity): readonly Allocation[] => {
  const kept: Allocation[] = [];
  const keys = new Set<string>();
  // One place and its bytes are kept for the untagged bucket.
  let bytes = 200;
  for (const one of [...shares].map(([tags, units]) => ({ tags, units })).sort(largestFirst)) {
    if (quantity.isZero(one.units)) continue;
    const fresh = pairsOf(one.tags).filter(([key]) => !keys.has(key));
    const size = bytesOf(one);
    if (kept.length === MOST_ALLOCATIONS - 1 || bytes + size > MOST_BYTES || keys.size + fresh.length > MOST_KEYS)
      continue;
    bytes += size;
    for (const [key] of fresh) keys.add(key);
    kept.push(one);
  }
  if (kept.length === 0) return [];
  const untagged = quantity.subtract(total, quantity.sum(kept.map(({ units }) => units)));
  const all = quantity.isZero(untagged) ? kept : [...kept, { tags: UNTAGGED, units: untagged }];
  return all.sort((a, b) => (a.tags < b.tags ? -1 : 1));
};
