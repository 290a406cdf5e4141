import { expect, test } from '@jest/globals';
import { allocationsOf } from '../../../src/agent/core/tags/allocations.ts';
import { tagSetOf } from '../../../src/agent/core/tags/tagSet.ts';
import * as quantity from '../../../src/agent/core/usage/quantity.ts';

const sharesOf = (list: readonly (readonly [Readonly<Record<string, string>>, number])[]) =>
  new Map(list.map(([tags, units]) => [tagSetOf(tags) ?? '', quantity.of(units)]));
const sumOf = (allocations: ReturnType<typeof allocationsOf>) =>
  quantity.format(quantity.sum(allocations.map(({ units }) => units)));
const untaggedOf = (allocations: ReturnType<typeof allocationsOf>) => {
  const found = allocations.find(({ tags }) => tags === '');
  return found === undefined ? undefined : quantity.format(found.units);
};

test('nothing tagged is no allocation at all', () => {
  expect(allocationsOf(new Map(), quantity.of(9))).toEqual([]);
  expect(allocationsOf(sharesOf([[{ a: '1' }, 0]]), quantity.of(9))).toEqual([]);
});

test('what the tagged sets leave is the untagged bucket; where they leave nothing there is none', () => {
  const shares = sharesOf([[{ a: '1' }, 4]]);
  expect(untaggedOf(allocationsOf(shares, quantity.of(9)))).toBe('5');
  expect(untaggedOf(allocationsOf(shares, quantity.of(4)))).toBeUndefined();
});

test('of more than 2,500 sets the smallest fold', () => {
  const list = Array.from({ length: 4_000 }, (_, n) => [{ session: String(n) }, n + 1] as const);
  const allocations = allocationsOf(sharesOf(list), quantity.of(8_002_000));
  expect(allocations).toHaveLength(2_500);
  expect(sumOf(allocations)).toBe('8002000');
  // 1 + 2 + ... + 1501: all but the 2,499 largest.
  expect(untaggedOf(allocations)).toBe(String((1_501 * 1_502) / 2));
});

test('a request stays under 900 KB: the smallest fold', () => {
  const long = (n: number) =>
    Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((key) => [key.repeat(100), `${n}${'v'.repeat(250)}`]));
  const list = Array.from({ length: 1_000 }, (_, n) => [long(n), n + 1] as const);
  const allocations = allocationsOf(sharesOf(list), quantity.of(500_500));
  expect(sumOf(allocations)).toBe('500500');
  const wire = allocations.map(({ tags, units }) => ({
    AllocatedUsageQuantityAsDecimal: quantity.format(units),
    Tags: (tags === '' ? [] : JSON.parse(tags)).map(([Key, Value]: [string, string]) => ({ Key, Value })),
  }));
  const bytes = Buffer.byteLength(JSON.stringify(wire));
  expect(bytes).toBeLessThan(900_000);
  expect(bytes).toBeGreaterThan(890_000);
});

test('no more than five keys in all sets together: the smallest sets that bring others fold', () => {
  const list = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((key, n) => [{ [key]: 'x' }, 10 - n] as const);
  const allocations = allocationsOf(sharesOf([...list, [{ a: 'x', b: 'x' }, 1]]), quantity.of(50));
  expect(allocations.map(({ tags }) => tags)).toEqual(
    ['', ...['a', 'b', 'c', 'd', 'e'].map((key) => `[["${key}","x"]]`), '[["a","x"],["b","x"]]'].sort(),
  );
  expect(untaggedOf(allocations)).toBe(String(50 - 40 - 1));
});

test('the order does not depend on how the sets came', () => {
  const list = Array.from({ length: 30 }, (_, n) => [{ n: String(n) }, 5] as const);
  expect(allocationsOf(sharesOf([...list].reverse()), quantity.of(200))).toEqual(
    allocationsOf(sharesOf(list), quantity.of(200)),
  );
});
