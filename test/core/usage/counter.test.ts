import { expect, test } from '@jest/globals';
import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { HOUR, MINUTE } from '../../../src/agent/core/time/hour.ts';
import { differenceOf, type Reading, type Series } from '../../../src/agent/core/usage/counter.ts';
import * as quantity from '../../../src/agent/core/usage/quantity.ts';

const Exact = Decimal.clone({ precision: 200 });
const BORN = Date.parse('2026-03-01T10:00Z');

/** Feeds readings one after the other; what each counts, and why it does not. */
const play = (readings: readonly Reading[], rules = { born: BORN, now: undefined as number | undefined }) => {
  let series: Series | undefined;
  return readings.map((reading) => {
    const difference = differenceOf(series, reading, { isNew: () => true, ...rules });
    series = difference.series;
    return difference.why ?? quantity.format(difference.count);
  });
};
const of = (value: number | string, minute: number, more: Partial<Reading> = {}): Reading => ({
  value: quantity.read(String(value)),
  at: BORN + minute * MINUTE,
  dated: true,
  ...more,
});

test('first, growth, rest, reset, old and equal times', () => {
  expect(play([of(5, 0), of(8, 1), of(8, 2), of(3, 3), of(4, 3), of(9, 2), of('3.5', 4)])).toEqual([
    'first',
    '3',
    '0',
    '3',
    'stale',
    'stale',
    '0.5',
  ]);
});

test('readings without a time are in the order of their arrival, also when the clock stands still or goes back', () => {
  const bare = { dated: false };
  expect(play([of(5, 3, bare), of(8, 3, bare), of(9, 1, bare), of(10, 2), of(12, 4)])).toEqual([
    'first',
    '3',
    '1',
    'stale',
    '3',
  ]);
});

test('a new start counts from zero though the value is higher; the same start cannot fall; an older one is another process', () => {
  const start = (minute: number) => ({ start: BORN + minute * MINUTE });
  expect(
    play([of(5, 1, start(-9)), of(50, 2, start(1)), of(49, 3, start(1)), of(60, 4, start(0)), of(51, 5, start(1))]),
  ).toEqual(['first', '50', 'fell', 'older', '1']);
  expect(play([of(5, 1, start(0))])).toEqual(['5']);
});

test('two processes that take turns are stopped by the brake, whether they say their start or not', () => {
  const turns = Array.from({ length: 20 }, (_, n) => n);
  const bare = play(turns.map((n) => of(n % 2 === 0 ? 1000 + n : 10 + n, n)));
  expect(bare.indexOf('brake')).toBe(13);
  expect(new Set(bare.slice(14))).toEqual(new Set(['held']));
  const told = play(turns.map((n) => of(1000 + n, n, { start: BORN - (n % 2) * HOUR })));
  expect(told).toContain('brake');
});

test('six resets within an hour are no brake, nor are many in many hours', () => {
  expect(play(Array.from({ length: 7 }, (_, n) => of(100 - n, n)))).not.toContain('brake');
  expect(play(Array.from({ length: 40 }, (_, n) => of(100 - n, n * 10)))).not.toContain('brake');
});

test('a reading of a clock that was a year ahead holds nobody up', () => {
  const now = BORN + HOUR;
  const year = 365 * 24 * 60;
  expect(play([of(5, year), of(8, 1), of(9, 2)], { born: BORN, now })).toEqual(['first', '3', '1']);
});

test('any sequence of readings counts what an independent oracle says', () => {
  const value = fc
    .tuple(fc.bigInt({ min: 0n, max: 10n ** 30n }), fc.nat({ max: 20 }))
    .map(([digits, scale]) => quantity.add({ digits, scale }, quantity.ZERO));
  const step = fc.record({ value, gap: fc.integer({ min: 11, max: 90 }), renewed: fc.boolean(), told: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), fc.boolean(), (steps, tells) => {
      let minute = 0;
      let start = -1;
      let oracle = new Exact(0);
      let last: Decimal | undefined;
      const readings: Reading[] = [];
      for (const { value: shown, gap, renewed } of steps) {
        minute += gap;
        const next = new Exact(quantity.format(shown));
        if (tells && renewed && last !== undefined) start = minute - 1;
        const began = tells && renewed;
        if (last !== undefined) {
          if (tells) oracle = oracle.plus(began ? next : Decimal.max(next.minus(last), 0));
          else oracle = oracle.plus(next.lt(last) ? next : next.minus(last));
        }
        last = tells && !began && last !== undefined ? Decimal.max(last, next) : next;
        readings.push(of(quantity.format(shown), minute, tells ? { start: BORN + start * MINUTE } : {}));
      }
      const counted = play(readings).filter((one) => /^\d/.test(one));
      expect(counted.reduce((sum, one) => sum.plus(one), new Exact(0)).toFixed()).toBe(oracle.toFixed());
    }),
    { numRuns: 300 },
  );
});
