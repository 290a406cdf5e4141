import { hourOf, SECOND } from '../../core/time/hour.ts';
import * as quantity from '../../core/usage/quantity.ts';
import type { MeterRequest } from '../../ports.ts';
import { parseBody } from './wire.ts';

/** The bytes about to leave do not say what the record says. */
export class LastLookError extends Error {
  override readonly name = 'LastLookError';
}

/** A quantity in either form; undefined when there is none, or both, which AWS refuses. */
const quantityIn = (json: Readonly<Record<string, unknown>>, name: string): string | undefined => {
  const [whole, decimal] = [json[name], json[`${name}AsDecimal`]];
  if (decimal === undefined) return typeof whole === 'number' ? String(whole) : undefined;
  return whole === undefined && typeof decimal === 'string' ? decimal : undefined;
};

const same = (text: string | undefined, expected: string): boolean => {
  const parsed = text === undefined ? undefined : quantity.parse(text);
  return parsed !== undefined && quantity.equal(parsed, quantity.read(expected));
};

const tagsIn = (json: Readonly<Record<string, unknown>>): string =>
  JSON.stringify(
    (Array.isArray(json['Tags']) ? json['Tags'] : [])
      .map((tag: { readonly Key?: unknown; readonly Value?: unknown }) => [tag.Key, tag.Value])
      .sort(),
  );

const allocationsDiffer = (json: Readonly<Record<string, unknown>>, request: MeterRequest): string | undefined => {
  const sent = Array.isArray(json['UsageAllocations']) ? (json['UsageAllocations'] as Record<string, unknown>[]) : [];
  const expected = request.allocations ?? [];
  if (sent.length !== expected.length) return `${sent.length} allocations for ${expected.length}`;
  const differing = sent.findIndex((allocation, index) => {
    const wanted = expected[index];
    return (
      wanted === undefined ||
      !same(quantityIn(allocation, 'AllocatedUsageQuantity'), wanted.quantity) ||
      tagsIn(allocation) !== JSON.stringify(Object.entries(wanted.tags).sort())
    );
  });
  if (differing >= 0) return `allocation ${differing}`;
  const total = quantity.sum(expected.map((allocation) => quantity.read(allocation.quantity)));
  return expected.length > 0 && !quantity.equal(total, quantity.read(request.quantity))
    ? `allocations that sum to ${quantity.format(total)}`
    : undefined;
};

/**
 * Compares the body that is about to leave with the record it is made from, member by member that costs money. Throws
 * LastLookError, which names the first that differs.
 */
export const lastLook = (body: unknown, request: MeterRequest): void => {
  const json = parseBody(body);
  const stamp = json['Timestamp'];
  const checks: readonly (readonly [string, boolean])[] = [
    ['product', json['ProductCode'] === request.productCode],
    ['dimension', json['UsageDimension'] === request.dimension],
    ['hour', typeof stamp === 'number' && hourOf(stamp * SECOND) === request.hour],
    ['quantity', same(quantityIn(json, 'UsageQuantity'), request.quantity)],
    ['client token', json['ClientToken'] === request.clientToken],
    ['dry run', json['DryRun'] === undefined || json['DryRun'] === false],
  ];
  const differing = checks.find(([, holds]) => !holds)?.[0] ?? allocationsDiffer(json, request);
  if (differing !== undefined) {
    throw new LastLookError(`the request made for ${request.dimension} differs from its record: ${differing}`);
  }
};
