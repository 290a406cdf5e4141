import { type TagSet, tagSetOf, UNTAGGED } from '../../core/tags/tagSet.ts';
import { type Hour, hourOf } from '../../core/time/hour.ts';
import type { Definition } from '../../core/usage/definition.ts';
import { combine } from '../../core/usage/meter.ts';
import * as quantity from '../../core/usage/quantity.ts';
import type { Receipt, Report } from '../../core/usage/report.ts';
import type { Batch, Placing } from '../../ports.ts';
import { contentOf, digestOf, idOf, keyOf } from './rows/fingerprint.ts';
import type { Ids } from './rows/ids.ts';
import type { OpenHours } from './rows/openHours.ts';

export type Arrived = { readonly batch: Batch; readonly place: Placing };

type Bucket = {
  readonly dimension: string;
  readonly hour: Hour;
  readonly meter: Definition['meter'];
  readonly tags: TagSet;
  counted: quantity.Quantity;
  reports: number;
};

/** The counts of one group, gathered in memory and written once a bucket. */
const makeBuckets = (openHours: OpenHours) => {
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

  return {
    /** Answers the tag set that it counts in: its own, or where there is no room for it the untagged one. */
    add: (dimension: string, hour: Hour, tags: TagSet, count: quantity.Quantity): TagSet => {
      const bucket = bucketOf(dimension, hour, tags);
      bucket.counted = combine(bucket.meter, bucket.counted, count);
      bucket.reports += 1;
      acknowledged.set(dimension, quantity.add(acknowledged.get(dimension) ?? quantity.ZERO, count));
      return bucket.tags;
    },
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
export const appendAll = (
  group: readonly Arrived[],
  {
    ids,
    openHours,
    isTaken,
  }: {
    ids: Ids;
    openHours: OpenHours;
    isTaken: (dimension: string, hour: Hour) => boolean;
  },
): readonly Receipt[] => {
  const buckets = makeBuckets(openHours);

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
    const late: number[] = [];
    let untagged = 0;
    for (const { index, name, content } of fresh) {
      const report = batch.reports[index];
      if (report === undefined) continue;
      const { hour, late: isLate } = place(hourOf(report.at), (candidate) => isTaken(report.dimension, candidate));
      // A maximum of an hour that is over says nothing of another one: it is told late, and does not count.
      const counts = !isLate || openHours.meterOf(report.dimension, hour) === 'sum';
      const tags = tagSetOf(report.tags) ?? UNTAGGED;
      const counted = counts ? buckets.add(report.dimension, hour, tags, report.quantity) : UNTAGGED;
      if (name !== undefined && content !== undefined) ids.add(arrival, name, content, undefined);
      if (isLate) late.push(index);
      if (counted === UNTAGGED && isTagged(report)) untagged += 1;
    }
    const receipt: Receipt = {
      kind: 'accepted',
      accepted: fresh.length,
      duplicates: duplicates.length,
      late: late.length,
      untagged,
      ...(duplicates.length + late.length === 0 ? {} : { which: { duplicates, late } }),
    };
    if (key !== undefined) ids.add(arrival, key.name, key.content, JSON.stringify(receipt));
    return receipt;
  };

  const receipts = group.map(append);
  buckets.write();
  return receipts;
};
