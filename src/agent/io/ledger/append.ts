import { type TagSet, UNTAGGED } from '../../core/tags/tagSet.ts';
import { type Hour, hourOf, type Instant } from '../../core/time/hour.ts';
import { KINDS, type Meter } from '../../core/usage/kinds.ts';
import { combine } from '../../core/usage/meter.ts';
import * as quantity from '../../core/usage/quantity.ts';
import type { Receipt, Report, Uncounted } from '../../core/usage/report.ts';
import type { Batch, Placing } from '../../ports.ts';
import { type AddCount, makeCounting } from './counting.ts';
import { contentOf, digestOf, idOf, keyOf } from './rows/fingerprint.ts';
import type { Ids } from './rows/ids.ts';
import type { OpenHours } from './rows/openHours.ts';
import type { Store } from './rows/store.ts';

export type Arrived = { readonly batch: Batch; readonly place: Placing };

type Bucket = {
  readonly dimension: string;
  readonly hour: Hour;
  readonly meter: Meter;
  readonly tags: TagSet;
  counted: quantity.Quantity;
  reports: number;
};

/** The counts of one transaction, gathered in memory and written once a bucket. */
export const makeBuckets = (openHours: OpenHours) => {
  const buckets = new Map<string, Bucket>();
  const acknowledged = new Map<string, quantity.Quantity>();

  const bucketOf = (dimension: string, hour: Hour, tags: TagSet): Bucket => {
    // A canonical text holds no line end.
    const name = `${hour} ${tags}\n${dimension}`;
    const known = buckets.get(name);
    if (known !== undefined) return known;
    if (!openHours.admit(dimension, hour, tags)) return bucketOf(dimension, hour, UNTAGGED);
    const meter = openHours.meterOf(dimension, hour) ?? 'sum';
    const bucket = { dimension, hour, meter, tags, counted: quantity.ZERO, reports: 0 };
    buckets.set(name, bucket);
    return bucket;
  };

  /** Answers the tag set that it counts in: its own, or where there is no room for it the untagged one. */
  const add: AddCount = (dimension, hour, tags, count, reports = 1) => {
    const bucket = bucketOf(dimension, hour, tags);
    bucket.counted = combine(bucket.meter, bucket.counted, count);
    bucket.reports += reports;
    // Of the other meters only units are conserved, from the freeze on.
    if (KINDS[bucket.meter].adds)
      acknowledged.set(dimension, quantity.add(acknowledged.get(dimension) ?? quantity.ZERO, count));
    return bucket.tags;
  };

  return {
    add,
    write: (): void => {
      for (const { dimension, hour, ...tally } of buckets.values()) openHours.count(dimension, hour, tally);
      for (const [dimension, count] of acknowledged) openHours.acknowledge(dimension, count);
    },
  };
};

const isTagged = ({ tags }: Report): boolean => tags !== undefined && Object.keys(tags).length > 0;

/** Which reports of a batch are new, and which ids were taken before with other content. */
const sortOut = ({ reports }: Batch, ids: Ids) => {
  const inBatch = new Map<string, Buffer>();
  const fresh: { readonly index: number; readonly name: Buffer | undefined; readonly content: Buffer | undefined }[] =
    [];
  const conflicts: number[] = [];
  const duplicates: number[] = [];
  for (const [index, report] of reports.entries()) {
    if (report.id === undefined) {
      fresh.push({ index, name: undefined, content: undefined });
      continue;
    }
    const name = idOf(report.id);
    const content = contentOf(report);
    const known = inBatch.get(report.id) ?? ids.find(name)?.content;
    if (known === undefined) {
      inBatch.set(report.id, content);
      fresh.push({ index, name, content });
    } else if (known.equals(content)) duplicates.push(index);
    else conflicts.push(index);
  }
  return { fresh, duplicates, conflicts };
};

/**
 * Counts a group of batches inside one transaction. Each is judged before anything of it is written, so that a refused
 * one leaves nothing behind and disturbs no other.
 */
export const appendAll = (group: readonly Arrived[], store: Store, wall: Instant): readonly Receipt[] => {
  const { ids, openHours } = store;
  const buckets = makeBuckets(openHours);
  const counting = makeCounting(store, buckets.add);

  const append = ({ batch, place }: Arrived): Receipt => {
    const key =
      batch.key === undefined ? undefined : { name: keyOf(batch.key.value), content: digestOf(batch.key.digest) };
    const first = key === undefined ? undefined : ids.find(key.name);
    if (key !== undefined && first !== undefined) {
      if (!first.content.equals(key.content)) return { kind: 'conflict', indices: [] };
      return { ...(JSON.parse(first.answer ?? '') as Receipt & { kind: 'accepted' }), repeated: true };
    }
    const { fresh, duplicates, conflicts } = sortOut(batch, ids);
    if (conflicts.length > 0) return { kind: 'conflict', indices: conflicts };

    const arrival = batch.arrival === undefined ? undefined : hourOf(batch.arrival);
    const arrived = { aws: batch.arrival, wall, together: batch.reports };
    const late: number[] = [];
    const uncounted: { readonly index: number; readonly why: Uncounted }[] = [];
    let untagged = 0;
    for (const { index, name, content } of fresh) {
      const report = batch.reports[index];
      if (report === undefined) continue;
      const { late: isLate, tags, why } = counting.count(report, place, arrived);
      if (name !== undefined && content !== undefined) ids.add(arrival, name, content, undefined);
      if (isLate) late.push(index);
      const counts = why === undefined || why === 'first';
      if (counts && tags === UNTAGGED && isTagged(report)) untagged += 1;
      if (why !== undefined) uncounted.push({ index, why });
    }
    const receipt: Receipt = {
      kind: 'accepted',
      accepted: fresh.length,
      duplicates: duplicates.length,
      late: late.length,
      untagged,
      ...(uncounted.length === 0 ? {} : { uncounted }),
      ...(duplicates.length + late.length === 0 ? {} : { which: { duplicates, late } }),
    };
    if (key !== undefined) ids.add(arrival, key.name, key.content, JSON.stringify(receipt));
    return receipt;
  };

  const receipts = group.map(append);
  buckets.write();
  return receipts;
};
