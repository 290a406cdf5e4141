import { error, type Refusal } from '../answer.ts';
import type { Tag } from '../state.ts';
import { sum, textOf } from '../values/quantity.ts';
import { type Findings, listOf, stringOf } from '../values/shape.ts';
import { type Amount, amountOf } from './amount.ts';

/** One bucket of vendor-metered tagging as it came. */
export type AllocationIn = { readonly amount: Amount; readonly tags: readonly Tag[] };

type Members = Readonly<Record<string, unknown>>;

/** 1 to 2500 in a list (API model, `UsageAllocations`). */
const MOST_ALLOCATIONS = 2500;
/** "the number of tags is greater than 5" (API model, `InvalidTagException`). */
const MOST_TAGS = 5;
const KEY_LENGTH = 100;
const VALUE_LENGTH = 256;

/**
 * The characters that AWS's prose lists. The model's pattern has ` -=`, a range that would also let `!` and `,` through;
 * assumed: the prose is meant.
 */
const TAG_TEXT = /^[a-zA-Z0-9+\-=._:/@ ]+$/;

const tagsOf = (found: Findings, of: Members, at: string): readonly Tag[] => {
  const list = listOf(found, of, at, 'Tags', {}) ?? [];
  return list.flatMap((tag, index) => {
    const here = `${at}tags.${index + 1}.member.`;
    const key = stringOf(found, tag, here, 'Key', { required: true });
    const value = stringOf(found, tag, here, 'Value', { required: true });
    return key === undefined || value === undefined ? [] : [{ key, value }];
  });
};

/** Reads `UsageAllocations`; undefined when the member is absent. */
export const allocationsOf = (found: Findings, of: Members, at: string): readonly AllocationIn[] | undefined => {
  const list = listOf(found, of, at, 'UsageAllocations', { min: 1, max: MOST_ALLOCATIONS });
  return list?.flatMap((one, index) => {
    const here = `${at}usageAllocations.${index + 1}.member.`;
    const amount = amountOf(found, one, here, 'AllocatedUsageQuantity');
    const tags = tagsOf(found, one, here);
    if (amount !== undefined) return [{ amount, tags }];
    found.constraints.push(
      `Value at '${here.slice(0, -1)}' must specify exactly one of AllocatedUsageQuantity or AllocatedUsageQuantityAsDecimal`,
    );
    return [];
  });
};

const badTag = (message: string): Refusal => error('InvalidTagException', message);

const checkTag = ({ key, value }: Tag): Refusal | undefined => {
  if (key.length > KEY_LENGTH || !TAG_TEXT.test(key)) return badTag(`The tag key '${key}' is invalid.`);
  // The prose allows an empty value, the model's least length is 1; assumed: the model is meant.
  if (value.length > VALUE_LENGTH || !TAG_TEXT.test(value)) return badTag(`The value of the tag '${key}' is invalid.`);
  return undefined;
};

const checkTags = ({ tags }: AllocationIn): Refusal | undefined => {
  if (tags.length > MOST_TAGS) return badTag('The number of tags is greater than 5.');
  if (new Set(tags.map(({ key }) => key)).size < tags.length) return badTag('A tag key occurs twice.');
  for (const tag of tags) {
    const refusal = checkTag(tag);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
};

/**
 * "Maximum 5 tags across the list" (user guide, "Container metering with MeterUsage");
 * assumed: five different keys in all allocations together.
 */
const hasTooManyKeys = (allocations: readonly AllocationIn[]): boolean =>
  new Set(allocations.flatMap(({ tags }) => tags.map(({ key }) => key))).size > MOST_TAGS;

/** The same tags in another order are the same set; assumed, AWS only says "a unique set of tags". */
const setOf = (tags: readonly Tag[]): string =>
  JSON.stringify(tags.map(({ key, value }) => [key, value]).toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)));

const bad = (message: string): Refusal => error('InvalidUsageAllocationsException', message);

/** The rules of vendor-metered tagging (API reference, MeterUsage; API model, `InvalidUsageAllocationsException`). */
export const checkAllocations = (
  allocations: readonly AllocationIn[] | undefined,
  total: Amount,
): Refusal | undefined => {
  if (allocations === undefined) return undefined;
  for (const allocation of allocations) {
    const refusal = checkTags(allocation);
    if (refusal !== undefined) return refusal;
  }
  if (hasTooManyKeys(allocations)) return badTag('The number of tags is greater than 5.');
  if (allocations.some(({ amount }) => amount.member !== total.member)) {
    return bad("The allocations don't use the same type of quantity as the usage quantity.");
  }
  const allocated = sum(allocations.map(({ amount }) => amount.value));
  if (allocated !== total.value) {
    return bad(
      `Sum of allocated usage quantities (${textOf(allocated)}) is not equal to the usage quantity (${textOf(total.value)}).`,
    );
  }
  // The name of this error is not stated; assumed.
  if (new Set(allocations.map(({ tags }) => setOf(tags))).size < allocations.length) {
    return bad('Each UsageAllocation must have a unique set of tags.');
  }
  return undefined;
};
