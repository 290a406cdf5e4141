import { checkEntitlement } from '../access/entitlement.ts';
import { checkPlatform } from '../access/platform.ts';
import { dimensionOf, productOf, wrongDimension, wrongProduct } from '../access/product.ts';
import { checkEnabled, checkRegion } from '../access/region.ts';
import { accept, type Decision, error, type Refusal, refuse } from '../answer.ts';
import type { Caller, Resource } from '../caller.ts';
import { type MeteringRecord, pair, type State } from '../state.ts';
import { hourOf, type Instant } from '../values/instant.ts';
import { textOf } from '../values/quantity.ts';
import { booleanOf, type Findings, stringOf, timeOf } from '../values/shape.ts';
import type { World } from '../world.ts';
import { type AllocationIn, allocationsOf, checkAllocations } from './allocations.ts';
import { type Amount, amountOf, checkFraction, NOTHING } from './amount.ts';
import { checkToken, keepToken } from './clientToken.ts';
import { duplicate, fileRecord, stored } from './record.ts';
import { checkWindow } from './window.ts';

export type MeterUsageIn = {
  readonly productCode: string;
  readonly timestamp: Instant;
  readonly dimension: string;
  readonly amount: Amount;
  readonly dryRun: boolean;
  readonly allocations?: readonly AllocationIn[];
  readonly clientToken?: string;
};

export const PRODUCT_CODE = { max: 255, pattern: /^[-a-zA-Z0-9/=:_.@]*$/ } as const;
export const DIMENSION = { min: 1, max: 255 } as const;

/** Reads the members of MeterUsage with the limits of the API model of October 2026; unknown members are passed over. */
export const readMeterUsage = (found: Findings, body: Readonly<Record<string, unknown>>): MeterUsageIn => {
  const allocations = allocationsOf(found, body, '');
  const clientToken = stringOf(found, body, '', 'ClientToken', { min: 1, max: 64 });
  return {
    productCode: stringOf(found, body, '', 'ProductCode', { required: true, ...PRODUCT_CODE }) ?? '',
    timestamp: timeOf(found, body, '', 'Timestamp') ?? 0,
    dimension: stringOf(found, body, '', 'UsageDimension', { required: true, ...DIMENSION }) ?? '',
    amount: amountOf(found, body, '', 'UsageQuantity') ?? NOTHING,
    dryRun: booleanOf(found, body, '', 'DryRun') ?? false,
    ...(allocations !== undefined && { allocations }),
    ...(clientToken !== undefined && { clientToken }),
  };
};

const recordOf = (usage: MeterUsageIn, resource: Resource, now: Instant): Omit<MeteringRecord, 'recordId'> => ({
  operation: 'MeterUsage',
  account: resource.account,
  region: resource.region,
  product: usage.productCode,
  dimension: usage.dimension,
  resource: resource.id,
  kind: resource.kind,
  hour: hourOf(usage.timestamp),
  timestamp: usage.timestamp,
  quantity: textOf(usage.amount.value),
  allocations: stored(usage.allocations),
  ...(usage.clientToken !== undefined && { clientToken: usage.clientToken }),
  acceptedAt: now,
});

/**
 * Everything that can refuse a request before its hour is looked at. AWS does not state the order of its checks;
 * assumed: who and where, then what is sold, then the usage itself.
 */
const checkUsage = (
  world: World,
  state: State,
  caller: Caller,
  region: string,
  usage: MeterUsageIn,
  now: Instant,
): Refusal | undefined => {
  const { resource } = caller;
  const product = productOf(world, usage.productCode);
  const platform = checkPlatform(caller, 'MeterUsage', usage.productCode, product);
  if (platform !== undefined || resource === undefined) return platform;
  const place =
    checkEnabled(world.regions, resource.kind, region) ?? checkRegion('MeterUsage', region, resource.region);
  if (place !== undefined) return place;
  if (product === undefined) return wrongProduct(usage.productCode);
  const entitlement = checkEntitlement(state, resource.account, resource.id, usage.productCode, product);
  if (entitlement !== undefined) return entitlement;
  const dimension = dimensionOf(product, usage.dimension);
  if (dimension === undefined) return wrongDimension(usage.dimension);
  return (
    checkFraction(dimension, usage.dimension, usage.amount) ??
    checkWindow(usage.timestamp, resource.launchedAt, now) ??
    checkAllocations(usage.allocations, usage.amount)
  );
};

/**
 * DryRun "checks whether you have the permissions, but does not make the request" (API reference, MeterUsage).
 * The reference names `DryRunOperation` as the answer of success, public code relies on 200; and it is not stated
 * whether product, dimension or subscription are looked at: both are settings.
 */
const answerDryRun = (state: State, refusal: Refusal | undefined): Decision => {
  const { answer, checks } = state.settings.dryRun;
  if (checks === 'all' && refusal !== undefined) return refuse(refusal);
  if (answer === 'ok') return accept({});
  return refuse(error('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.'));
};

/** MeterUsage of a caller who is authenticated, permitted and within the quota (`service.ts`). */
export const meterUsage = (
  world: World,
  state: State,
  caller: Caller,
  region: string,
  usage: MeterUsageIn,
  now: Instant,
): Decision => {
  const refusal = checkUsage(world, state, caller, region, usage, now);
  if (usage.dryRun) return answerDryRun(state, refusal);
  if (refusal !== undefined || caller.resource === undefined) return refuse(refusal ?? wrongProduct(usage.productCode));
  const record = recordOf(usage, caller.resource, now);
  const conflict = checkToken(state, record);
  if (conflict !== undefined) return refuse(conflict);
  const filed = fileRecord(state, record);
  if (filed === 'duplicate') return refuse(duplicate(usage.dimension));
  const known = state.known.has(pair(record.resource, record.product));
  return accept({ MeteringRecordId: filed.recordId }, [
    ...filed.changes,
    ...keepToken(record, filed.recordId),
    ...(known ? [] : [{ type: 'known', resource: record.resource, product: record.product } as const]),
  ]);
};
