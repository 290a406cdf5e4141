import { dimensionOf, productOf, wrongDimension, wrongProduct } from '../access/product.ts';
import { error, type Refusal } from '../answer.ts';
import type { MeteringRecord } from '../state.ts';
import { hourOf, type Instant } from '../values/instant.ts';
import { textOf } from '../values/quantity.ts';
import { type Findings, stringOf, timeOf } from '../values/shape.ts';
import type { Customer, World } from '../world.ts';
import { type AllocationIn, allocationsOf, checkAllocations } from './allocations.ts';
import { type Amount, amountOf, checkFraction, NOTHING } from './amount.ts';
import { DIMENSION } from './meterUsage.ts';
import { stored } from './record.ts';
import { checkBatchWindow } from './window.ts';

type Members = Readonly<Record<string, unknown>>;

/** One member of `UsageRecords`. `raw` goes back as it came, in the result. */
export type UsageRecordIn = {
  readonly raw: Members;
  readonly timestamp: Instant;
  readonly dimension: string;
  readonly amount: Amount;
  readonly allocations?: readonly AllocationIn[];
  readonly identifier?: string;
  readonly account?: string;
  readonly licenseArn?: string;
};

/** Reads one usage record with the limits of the API model. */
export const readUsageRecord = (found: Findings, raw: Members, index: number): UsageRecordIn => {
  const at = `usageRecords.${index + 1}.member.`;
  const allocations = allocationsOf(found, raw, at);
  const identifier = stringOf(found, raw, at, 'CustomerIdentifier', { max: 255 });
  const account = stringOf(found, raw, at, 'CustomerAWSAccountId', { min: 1, max: 255, pattern: /^[0-9]+$/ });
  const licenseArn = stringOf(found, raw, at, 'LicenseArn', { pattern: /^arn:aws[a-zA-Z-]*:/ });
  return {
    raw,
    timestamp: timeOf(found, raw, at, 'Timestamp') ?? 0,
    dimension: stringOf(found, raw, at, 'Dimension', { required: true, ...DIMENSION }) ?? '',
    amount: amountOf(found, raw, at, 'Quantity') ?? NOTHING,
    ...(allocations !== undefined && { allocations }),
    ...(identifier !== undefined && { identifier }),
    ...(account !== undefined && { account }),
    ...(licenseArn !== undefined && { licenseArn }),
  };
};

/** Whom and what one record meters. */
export type Target = { readonly customer: Customer; readonly product: string };

/**
 * By licence (new integrations) or by customer within the request's product (older ones). A customer that AWS does not
 * know is an error of the whole request (API model, `InvalidCustomerIdentifierException`); the status
 * `CustomerNotSubscribed` also names that cause, assumed: it is for customers who were known once.
 */
export const targetOf = (world: World, code: string | undefined, record: UsageRecordIn): Target | Refusal => {
  if (record.licenseArn !== undefined) {
    const customer = world.customers.find(({ licenseArn }) => licenseArn === record.licenseArn);
    if (customer === undefined || (record.account !== undefined && record.account !== customer.account)) {
      return error(
        'InvalidLicenseException',
        'Ensure the LicenseArn is valid, matches the customer, and usage is within the license activation period.',
      );
    }
    return { customer, product: customer.product };
  }
  if (code === undefined) return error('InvalidProductCodeException', 'ProductCode or LicenseArn is required.');
  const customer = world.customers.find(
    ({ identifier, account, product }) =>
      product === code &&
      (record.identifier === undefined ? account === record.account : identifier === record.identifier),
  );
  return (
    (customer && { customer, product: code }) ??
    error('InvalidCustomerIdentifierException', 'You have metered usage for a CustomerIdentifier that does not exist.')
  );
};

/** What fails the whole batch: "if any usage record fails these checks, the entire request fails" (API reference, BatchMeterUsage). */
export const checkRecord = (world: World, code: string, record: UsageRecordIn, now: Instant): Refusal | undefined => {
  const product = productOf(world, code);
  // A container's code belongs to MeterUsage; the error's name for it is not stated, assumed.
  if (product === undefined || !product.delivery.includes('saas')) return wrongProduct(code);
  const dimension = dimensionOf(product, record.dimension);
  if (dimension === undefined) return wrongDimension(record.dimension);
  return (
    checkFraction(dimension, record.dimension, record.amount) ??
    checkBatchWindow(record.timestamp, now) ??
    checkAllocations(record.allocations, record.amount)
  );
};

/** The customer stands where MeterUsage has its resource; a licence and a product code are two keys, so that mixing both bills twice, as AWS warns. */
export const recordFor = (
  { customer, product }: Target,
  record: UsageRecordIn,
  region: string,
  now: Instant,
): Omit<MeteringRecord, 'recordId'> => ({
  operation: 'BatchMeterUsage',
  account: customer.account,
  region,
  product,
  dimension: record.dimension,
  resource: record.licenseArn ?? record.identifier ?? customer.account,
  kind: 'customer',
  hour: hourOf(record.timestamp),
  timestamp: record.timestamp,
  quantity: textOf(record.amount.value),
  allocations: stored(record.allocations),
  acceptedAt: now,
});
