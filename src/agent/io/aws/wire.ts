import { MeterUsageCommand } from '@aws-sdk/client-marketplace-metering';
import { SECOND } from '../../core/time/hour.ts';
import type { MeterRequest } from '../../ports.ts';

/** Tags in one order, whatever order they came in: the same record must be the same bytes. */
const tagsOf = (tags: Readonly<Record<string, string>>) =>
  Object.entries(tags)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([Key, Value]) => ({ Key, Value }));

const allocationsOf = ({ allocations, form }: MeterRequest) =>
  allocations?.map(({ quantity, tags }) => {
    const list = tagsOf(tags);
    return {
      // The model wants a number; a decimal is put in beside it by withDecimals, and this one taken out.
      AllocatedUsageQuantity: form === 'integer' ? Number(quantity) : undefined,
      ...(list.length === 0 ? {} : { Tags: list }),
    };
  });

/** The SDK's command for a record. */
export const commandOf = (request: MeterRequest): MeterUsageCommand => {
  const allocations = allocationsOf(request);
  return new MeterUsageCommand({
    ProductCode: request.productCode,
    UsageDimension: request.dimension,
    Timestamp: new Date(Math.floor(request.timestamp / SECOND) * SECOND),
    ...(request.form === 'integer' ? { UsageQuantity: Number(request.quantity) } : {}),
    ...(allocations === undefined || allocations.length === 0
      ? {}
      : { UsageAllocations: allocations as { AllocatedUsageQuantity: number }[] }),
    ClientToken: request.clientToken,
  });
};

/**
 * Adds the decimal quantities to a serialized request: UsageQuantityAsDecimal and AllocatedUsageQuantityAsDecimal
 * (API reference, MeterUsage, October 2026) are not in the SDK's model, which drops what it does not know without a word.
 */
export const withDecimals = (body: unknown, { quantity, allocations }: MeterRequest): Uint8Array => {
  const json = parseBody(body);
  const list = json['UsageAllocations'];
  const whole = {
    ...json,
    UsageQuantityAsDecimal: quantity,
    ...(Array.isArray(list)
      ? {
          UsageAllocations: list.map((allocation, index) => ({
            ...(allocation as object),
            AllocatedUsageQuantityAsDecimal: allocations?.[index]?.quantity,
          })),
        }
      : {}),
  };
  return new TextEncoder().encode(JSON.stringify(whole));
};

/** The JSON object in a request's body, as bytes or text. */
export const parseBody = (body: unknown): Readonly<Record<string, unknown>> => {
  const text = body instanceof Uint8Array ? new TextDecoder().decode(body) : String(body);
  const json: unknown = JSON.parse(text);
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new Error('the request is no JSON object');
  return json as Readonly<Record<string, unknown>>;
};
