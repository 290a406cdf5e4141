import type { MeterRecord } from '../record/record.ts';
import { edgeOf, endOf, type Hour, type Instant, type Millis, SECOND } from './hour.ts';
import { slotOf } from './slot.ts';

/** One thing that has to go to AWS: an hour that no record has been made of, or a record. */
export type Item =
  | { readonly kind: 'open'; readonly dimension: string; readonly hour: Hour; readonly zero: boolean }
  | { readonly kind: 'record'; readonly dimension: string; readonly hour: Hour; readonly record: MeterRecord };

/** A record as a thing that has to go to AWS. */
export const itemOf = (record: MeterRecord): Item => ({
  kind: 'record',
  dimension: record.dimension,
  hour: record.hour,
  record,
});

/** An attempt that begins later than this before the edge might be answered behind it (request time-out 20 s, connect 5 s). */
const LAST_CALL: Millis = 30 * SECOND;

/** Whether AWS would still take the hour if it was sent now. */
export const isSendable = (hour: Hour, now: Instant): boolean => now < edgeOf(hour) - LAST_CALL;

/** Whether the hour can no longer be sent. */
export const isOver = (hour: Hour, now: Instant): boolean => now >= edgeOf(hour);

/** Whether a closed hour's moment has come: settled, and at the resource's own slot. */
export const isDue = (hour: Hour, now: Instant, resource: string, settle: Millis): boolean =>
  now >= slotOf(hour, resource, settle) && isSendable(hour, now);

export const isClosed = (hour: Hour, now: Instant): boolean => now >= endOf(hour);

/** Oldest first; dimensions of one hour in a fixed order. */
export const oldestFirst = (a: Item, b: Item): number => a.hour - b.hour || (a.dimension < b.dimension ? -1 : 1);
