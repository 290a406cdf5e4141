import { expect, test } from '@jest/globals';
import { seconds, stage } from './stage.ts';

const NOW = '2026-03-01T11:03:00Z';
const STAMP = seconds(NOW);

const tags = (...pairs: readonly (readonly [string, string])[]) => pairs.map(([Key, Value]) => ({ Key, Value }));
const part = (AllocatedUsageQuantity: number, ...pairs: readonly (readonly [string, string])[]) => ({
  AllocatedUsageQuantity,
  ...(pairs.length > 0 && { Tags: tags(...pairs) }),
});

const errorOf = (UsageAllocations: unknown, more: object = { UsageQuantity: 10 }) =>
  stage().meter({ Timestamp: STAMP, UsageAllocations, ...more }, NOW).error;

test('parts with distinct tags that add up are stored with the record', () => {
  const { meter, state } = stage();
  expect(
    meter({ Timestamp: STAMP, UsageQuantity: 10, UsageAllocations: [part(7, ['team', 'blue']), part(3)] }, NOW).error,
  ).toBeUndefined();
  expect([...state.records.values()][0]?.allocations).toEqual([
    { quantity: '7', tags: [{ key: 'team', value: 'blue' }] },
    { quantity: '3', tags: [] },
  ]);
});

test('decimals add up exactly', () => {
  const decimal = (quantity: string, value: string) => ({
    AllocatedUsageQuantityAsDecimal: quantity,
    Tags: tags(['team', value]),
  });
  const parts = [decimal('0.1', 'a'), decimal('0.2', 'b')];
  expect(errorOf(parts, { UsageQuantityAsDecimal: '0.3' })).toBeUndefined();
  expect(errorOf(parts, { UsageQuantityAsDecimal: '0.300001' })).toBe('InvalidUsageAllocationsException');
});

const many = (count: number) => Array.from({ length: count }, (_, index) => part(1, ['n', String(index)]));
const keys = (count: number) => Array.from({ length: count }, (_, index) => [`k${index}`, 'v'] as const);

test.each([
  ['a sum that differs', [part(9)], 'InvalidUsageAllocationsException'],
  ['the other kind of quantity', [{ AllocatedUsageQuantityAsDecimal: '10' }], 'InvalidUsageAllocationsException'],
  [
    'the same tags twice',
    [part(5, ['a', '1'], ['b', '2']), part(5, ['b', '2'], ['a', '1'])],
    'InvalidUsageAllocationsException',
  ],
  ['two without tags', [part(5), part(5)], 'InvalidUsageAllocationsException'],
  ['six tags', [part(10, ...keys(6))], 'InvalidTagException'],
  ['six keys over the list', [part(5, ...keys(5)), part(5, ['k9', 'v'])], 'InvalidTagException'],
  ['one key twice', [part(10, ['a', '1'], ['a', '2'])], 'InvalidTagException'],
  ['an empty value', [part(10, ['a', ''])], 'InvalidTagException'],
  ['a character outside', [part(10, ['a', 'b!'])], 'InvalidTagException'],
  ['a comma', [part(10, ['a,b', 'c'])], 'InvalidTagException'],
  ['a key of 101', [part(10, ['x'.repeat(101), 'v'])], 'InvalidTagException'],
  ['a value of 257', [part(10, ['k', 'x'.repeat(257)])], 'InvalidTagException'],
  ['an empty list', [], 'ValidationException'],
  ['neither quantity', [{ Tags: tags(['a', 'b']) }], 'ValidationException'],
  ['both quantities', [{ AllocatedUsageQuantity: 10, AllocatedUsageQuantityAsDecimal: '10' }], 'ValidationException'],
  ['no list at all', { a: 1 }, 'SerializationException'],
])('%s is refused', (_what, allocations, error) => {
  expect(errorOf(allocations)).toBe(error);
});

test('2500 parts are taken, 2501 are not', () => {
  expect(errorOf(many(2500), { UsageQuantity: 2500 })).toBeUndefined();
  expect(errorOf(many(2501), { UsageQuantity: 2501 })).toBe('ValidationException');
});
