import { expect, test } from '@jest/globals';
import { Decimal } from 'decimal.js';
import * as fc from 'fast-check';
import { GENESIS } from '../../../src/agent/core/record/record.ts';
import type { Counts } from '../../../src/agent/core/tags/ownShares.ts';
import { NO_SHARES } from '../../../src/agent/core/tags/shares.ts';
import { tagSetOf } from '../../../src/agent/core/tags/tagSet.ts';
import { hourOf, stampOf } from '../../../src/agent/core/time/hour.ts';
import { freeze } from '../../../src/agent/core/usage/freeze.ts';
import * as quantity from '../../../src/agent/core/usage/quantity.ts';

Decimal.set({ precision: 60, rounding: Decimal.ROUND_DOWN });

const FIRST = hourOf(Date.parse('2026-03-01T10:00Z'));
const setOf = (n: number): string => (n === 0 ? '' : (tagSetOf({ team: String(n) }) ?? ''));

/** H(n): what no set is ever further behind than, in units of the last decimal. */
const harmonic = (n: number): Decimal =>
  Array.from({ length: n }, (_, index) => new Decimal(1).div(index + 1)).reduce((a, b) => a.plus(b), new Decimal(0));

/** Hours of counts by tag set (0 is the untagged one), frozen one after the other; answers what broke. */
const run = (
  hours: readonly (readonly (readonly [number, string])[])[],
  per: string,
  decimals: number,
  sets: number,
) => {
  const counted = new Map<string, Decimal>();
  const billed = new Map<string, Decimal>();
  let carried = quantity.ZERO;
  let balances: Counts = NO_SHARES;
  let worst = new Decimal(0);
  const quantum = new Decimal(10).pow(-decimals);
  const zero = new Decimal(0);
  for (const [index, hour] of hours.entries()) {
    const counts = new Map<string, quantity.Quantity>();
    for (const [n, count] of hour) {
      const set = setOf(n);
      counts.set(set, quantity.add(counts.get(set) ?? quantity.ZERO, quantity.read(count)));
      counted.set(set, (counted.get(set) ?? zero).plus(count));
    }
    const all = quantity.sum(counts.values());
    counts.delete('');
    const at = hourOf(Date.parse('2026-03-01T10:00Z') + index * 3_600_000);
    const frozen = freeze(
      {
        dimension: 'requests',
        hour: at,
        origin: FIRST,
        definition: { product: 'p', meter: 'sum', per: quantity.read(per), decimals, rounding: 'down' },
        counted: all,
        moved: quantity.ZERO,
        carried,
        previousToken: GENESIS,
        tagged: { counts, moved: NO_SHARES, balances },
      },
      { resource: 'task', timestamp: stampOf(at), maxPerHour: undefined, zero: false, ceil: false },
    );
    carried = frozen.carry;
    balances = frozen.tagged?.balances ?? NO_SHARES;
    const body = frozen.record?.body;
    const allocations = body?.allocations ?? [];
    const parts = allocations.length > 0 ? allocations : [{ tags: '', units: body?.quantity ?? quantity.ZERO }];
    let sum = zero;
    for (const { tags, units } of parts) {
      const text = quantity.format(units);
      sum = sum.plus(text);
      billed.set(tags, (billed.get(tags) ?? zero).plus(text));
      expect(new Decimal(text).mod(quantum).isZero()).toBe(true);
    }
    expect(sum.toFixed()).toBe(new Decimal(quantity.format(body?.quantity ?? quantity.ZERO)).toFixed());
    for (const set of counted.keys()) {
      // Behind (above zero) or ahead of its exact share, in units of the last decimal.
      const owed = (counted.get(set) ?? zero).minus((billed.get(set) ?? zero).times(per));
      const behind = owed.div(new Decimal(per).times(quantum));
      if (behind.gt(worst)) worst = behind;
      expect(behind.gt(-1)).toBe(true);
      expect(behind.lt(harmonic(sets + 1))).toBe(true);
      if (set !== '') expect(new Decimal(quantity.format(balances.get(set) ?? quantity.ZERO)).eq(owed)).toBe(true);
    }
  }
  return worst;
};

const count = fc.oneof(
  fc.integer({ min: 0, max: 3_000 }).map(String),
  fc
    .tuple(fc.nat({ max: 40 }), fc.nat({ max: 999_999 }))
    .map(([whole, part]) => `${whole}.${String(part).padStart(6, '0')}`),
);

test('over many hours no tag set is a unit ahead of its exact share, nor H(n) units behind it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.tuple(fc.nat({ max: 7 }), count), { maxLength: 12 }), { minLength: 1, maxLength: 30 }),
      fc.constantFrom('1', '7', '1000', '0.3', '60'),
      fc.constantFrom(0, 0, 1, 3, 6),
      (hours, per, decimals) => {
        run(hours, per, decimals, 7);
      },
    ),
    { numRuns: 120 },
  );
});

test('an adversary who feeds whoever was left out gets a set further behind than one unit, never beyond the bound', () => {
  // Halves go to whoever is still owed: 64, 32, 16, ... of 64 sets; see the proof in apportion.ts.
  const hours = [64, 32, 16, 8, 4, 2, 1].map((most) =>
    Array.from({ length: most }, (_, n) => [64 - n, '0.5'] as const),
  );
  expect(run(hours, '1', 0, 64).gt(1)).toBe(true);
});

test('a set that brings a third of the usage is billed a third, unit for unit, over a thousand hours', () => {
  const hours = Array.from({ length: 1_000 }, () => [[1, '1'] as const, [2, '2'] as const, [0, '1.5'] as const]);
  expect(run(hours, '7', 0, 2).lt(2)).toBe(true);
});
