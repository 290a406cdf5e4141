import { expect, test } from '@jest/globals';
import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import * as quantity from '../../../src/agent/core/usage/quantity.ts';

// An oracle that is not ours, with digits enough never to round.
const Exact = Decimal.clone({ precision: 400, toExpNeg: -400, toExpPos: 400 });

const text = fc
  .tuple(
    fc.bigInt({ min: 0n, max: 10n ** 30n - 1n }),
    fc.nat({ max: 20 }),
    fc.bigInt({ min: 0n, max: 10n ** 20n - 1n }),
  )
  .map(([whole, places, fraction]) =>
    places === 0 ? whole.toString() : `${whole}.${fraction.toString().padStart(20, '0').slice(0, places)}`,
  );

const of = (written: string) => quantity.read(written);

test('adds, subtracts, multiplies and compares as an independent decimal library does', () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      const [x, y] = [new Exact(a), new Exact(b)];
      expect(quantity.format(quantity.add(of(a), of(b)))).toBe(x.plus(y).toFixed());
      expect(quantity.format(quantity.subtract(of(a), of(b)))).toBe(x.minus(y).toFixed());
      expect(quantity.format(quantity.multiply(of(a), of(b)))).toBe(x.times(y).toFixed());
      expect(quantity.compare(of(a), of(b))).toBe(x.comparedTo(y));
    }),
  );
});

test('divides as the library does, in every rounding', () => {
  const modes = { down: Decimal.ROUND_DOWN, up: Decimal.ROUND_UP, nearest: Decimal.ROUND_HALF_UP } as const;
  fc.assert(
    fc.property(
      text,
      text.filter((b) => !new Exact(b).isZero()),
      fc.nat({ max: 6 }),
      fc.constantFrom('down', 'up', 'nearest'),
      (a, b, decimals, rounding) => {
        const expected = new Exact(a).div(new Exact(b)).toDecimalPlaces(decimals, modes[rounding]);
        expect(quantity.format(quantity.divide(of(a), of(b), decimals, rounding))).toBe(expected.toFixed());
      },
    ),
  );
});

test('what is written is read back, whatever the spelling', () => {
  fc.assert(
    fc.property(text, (a) => {
      expect(quantity.format(of(a))).toBe(new Exact(a).toFixed());
      expect(quantity.equal(of(a), of(`${a.includes('.') ? a : `${a}.`}000`))).toBe(true);
    }),
  );
});

test('ten thousand tenths are a thousand', () => {
  expect(quantity.sum(Array.from({ length: 10_000 }, () => of('0.1')))).toEqual(quantity.of(1000));
});

test.each([
  ['1e3', '1000'],
  ['1.5E-3', '0.0015'],
  ['-0.50', '-0.5'],
  ['9223372036854775807', '9223372036854775807'],
  ['0.1234567890123456789', '0.1234567890123456789'],
])('%s is %s', (written, expected) => {
  expect(quantity.format(of(written))).toBe(expected);
});

test.each(['', ' 1', '1 ', '+1', '01', '1.', '.5', '1,5', '0x10', 'NaN', 'Infinity', '1e', '1e1000', '٣'])(
  '"%s" is no decimal',
  (written) => {
    expect(quantity.parse(written)).toBeUndefined();
  },
);

test('the limits are 30 digits before and 20 behind the point', () => {
  expect(quantity.isWithinLimits(of(`${'9'.repeat(30)}.${'9'.repeat(20)}`))).toBe(true);
  expect(quantity.isWithinLimits(of(`1${'0'.repeat(30)}`))).toBe(false);
  expect(quantity.isWithinLimits(of(`0.${'0'.repeat(20)}1`))).toBe(false);
});
