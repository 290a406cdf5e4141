import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { apportion, cut } from '../../../src/agent/core/tags/apportion.ts';

/** The rule word for word: each quantum goes to the set that is owed most at that moment. */
const oneByOne = (quanta: bigint, levels: ReadonlyMap<string, bigint>, quantum: bigint) => {
  const owed = new Map(levels);
  const given = new Map<string, bigint>();
  for (let n = 0n; n < quanta; n += 1n) {
    const [set] = [...owed].sort(([a, x], [b, y]) => (x === y ? (a < b ? -1 : 1) : x > y ? -1 : 1))[0] ?? [''];
    owed.set(set, (owed.get(set) ?? 0n) - quantum);
    given.set(set, (given.get(set) ?? 0n) + 1n);
  }
  return given;
};

const levelsOf = (list: readonly number[]) => new Map(list.map((level, n) => [`s${n}`, BigInt(level)]));

test('quanta go to the set that is owed most, also where some are ahead', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.integer({ min: -9, max: 60 }), fc.integer({ min: -9, max: 9 })), {
        minLength: 1,
        maxLength: 30,
      }),
      fc.integer({ min: 1, max: 10 }),
      fc.boolean(),
      (list, quantum, up) => {
        const levels = levelsOf(list);
        const total = list.reduce((sum, level) => sum + level, 0);
        const quanta = total <= 0 ? 0n : BigInt(up ? Math.ceil(total / quantum) : Math.floor(total / quantum));
        const shared = apportion(quanta, levels, BigInt(quantum));
        expect(shared).toEqual(oneByOne(quanta, levels, BigInt(quantum)));
      },
    ),
    { numRuns: 2_000 },
  );
});

test('many sets ahead of their share take back what whole quanta gave, in one go', () => {
  const levels = new Map([...levelsOf(Array.from({ length: 4_000 }, () => -9)), ['rich', 400_000n]]);
  const shared = apportion(36_400n, levels, 10n);
  expect(shared).toEqual(new Map([['rich', 36_400n]]));
});

test('a part of shares is taken from all alike, and from none more than it has', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat({ max: 50 }), { maxLength: 20 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (list, at) => {
        const shares = levelsOf(list);
        const whole = list.reduce((sum, share) => sum + share, 0);
        const part = Math.floor(whole * at);
        const taken = cut(BigInt(part), shares);
        expect([...taken.values()].reduce((sum, share) => sum + share, 0n)).toBe(BigInt(part));
        for (const [set, share] of shares) {
          const exact = whole === 0 ? 0 : (Number(share) * part) / whole;
          const got = Number(taken.get(set) ?? 0n);
          expect(Math.abs(got - exact)).toBeLessThan(1);
          expect(got).toBeLessThanOrEqual(Number(share));
        }
      },
    ),
  );
});
