import { productOf, wrongProduct } from '../access/product.ts';
import { accept, type Decision, type Refusal, refuse } from '../answer.ts';
import type { Caller } from '../caller.ts';
import { apply, type Change } from '../change.ts';
import type { State } from '../state.ts';
import type { Instant } from '../values/instant.ts';
import { type Findings, listOf, stringOf } from '../values/shape.ts';
import type { World } from '../world.ts';
import { checkRecord, readUsageRecord, recordFor, type Target, targetOf, type UsageRecordIn } from './batchRecord.ts';
import { PRODUCT_CODE } from './meterUsage.ts';
import { fileRecord } from './record.ts';

export type BatchMeterUsageIn = { readonly productCode?: string; readonly records: readonly UsageRecordIn[] };

/** "Up to 25 UsageRecords at a time" (API reference, BatchMeterUsage). */
const MOST_RECORDS = 25;

export const readBatchMeterUsage = (found: Findings, body: Readonly<Record<string, unknown>>): BatchMeterUsageIn => {
  const productCode = stringOf(found, body, '', 'ProductCode', PRODUCT_CODE);
  const list = listOf(found, body, '', 'UsageRecords', { required: true, max: MOST_RECORDS }) ?? [];
  return {
    records: list.map((raw, index) => readUsageRecord(found, raw, index)),
    ...(productCode !== undefined && { productCode }),
  };
};

/** Only the seller of the product meters it. The error's name is not stated; assumed. */
const checkSeller = (world: World, caller: Caller, code: string): Refusal | undefined =>
  productOf(world, code)?.seller === caller.account ? undefined : wrongProduct(code);

type Checked = { readonly record: UsageRecordIn; readonly target: Target };

const checkAll = (
  world: World,
  caller: Caller,
  batch: BatchMeterUsageIn,
  now: Instant,
): readonly Checked[] | Refusal => {
  const checked: Checked[] = [];
  for (const record of batch.records) {
    const target = targetOf(world, batch.productCode, record);
    if ('name' in target) return target;
    const refusal = checkSeller(world, caller, target.product) ?? checkRecord(world, target.product, record, now);
    if (refusal !== undefined) return refusal;
    checked.push({ record, target });
  }
  return checked;
};

const result = (record: UsageRecordIn, status: string, recordId?: string) => ({
  UsageRecord: record.raw,
  Status: status,
  ...(recordId !== undefined && { MeteringRecordId: recordId }),
});

/**
 * One answer for each record: Success, DuplicateRecord or CustomerNotSubscribed inside a 200; what is wrong with the
 * request itself fails it whole, a time outside included (API reference, BatchMeterUsage).
 */
export const batchMeterUsage = (
  world: World,
  state: State,
  caller: Caller,
  region: string,
  batch: BatchMeterUsageIn,
  now: Instant,
): Decision => {
  const checked = checkAll(world, caller, batch, now);
  if ('name' in checked) return refuse(checked);
  // Records of one batch meet each other: they are filed in turn into a copy of what they can touch.
  const scratch: State = { ...state, records: new Map(state.records) };
  const changes: Change[] = [];
  const results = checked.map(({ record, target }) => {
    if (!target.customer.subscribed) return result(record, 'CustomerNotSubscribed');
    const filed = fileRecord(scratch, recordFor(target, record, region, now));
    if (filed === 'duplicate') return result(record, 'DuplicateRecord');
    for (const change of filed.changes) apply(scratch, change);
    changes.push(...filed.changes);
    return result(record, 'Success', filed.recordId);
  });
  return accept({ Results: results, UnprocessedRecords: [] }, changes);
};
