import { createHash } from 'node:crypto';
import { error, type Refusal } from '../answer.ts';
import type { Change } from '../change.ts';
import type { Allocation, MeteringRecord, State } from '../state.ts';
import { textOf } from '../values/quantity.ts';
import type { AllocationIn } from './allocations.ts';

/** What tells one hour's record from another: one for each product, dimension, resource and hour (API reference, MeterUsage). */
export const keyOf = ({ account, product, dimension, resource, hour }: Omit<MeteringRecord, 'recordId'>): string =>
  JSON.stringify([account, product, dimension, resource, hour]);

/** Looks like AWS's (a UUID) and is the same for the same key, so that a run can be repeated. */
export const recordIdOf = (key: string): string => {
  const hex = createHash('sha256').update(key).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
};

export const stored = (allocations: readonly AllocationIn[] = []): readonly Allocation[] =>
  allocations.map(({ amount, tags }) => ({ quantity: textOf(amount.value), tags }));

/**
 * What makes two records of one hour the same: the quantity, by value ("with a different usageQuantity", API model,
 * `DuplicateRequestException`). Not stated for another split of the same quantity; assumed: the same.
 */
export const isSameContent = (
  one: Pick<MeteringRecord, 'quantity'>,
  other: Pick<MeteringRecord, 'quantity'>,
): boolean => one.quantity === other.quantity;

export type Filed = { readonly recordId: string; readonly changes: readonly Change[] };

/** First write wins: a record never changes, the same again is the same record, another is refused. */
export const fileRecord = (state: State, record: Omit<MeteringRecord, 'recordId'>): Filed | 'duplicate' => {
  const key = keyOf(record);
  const earlier = state.records.get(key);
  if (earlier !== undefined) {
    return isSameContent(earlier, record) ? { recordId: earlier.recordId, changes: [] } : 'duplicate';
  }
  const recordId = recordIdOf(key);
  return { recordId, changes: [{ type: 'record', key, record: { ...record, recordId } }] };
};

export const duplicate = (dimension: string): Refusal =>
  error(
    'DuplicateRequestException',
    `A metering record has already been emitted by the same EC2 instance, ECS task, or EKS pod for the given {${dimension}, timestamp} with a different usageQuantity.`,
  );
