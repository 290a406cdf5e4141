import { expect, test } from '@jest/globals';
import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { fromDecimal, isDecimal, sum, textOf } from '../../../src/emulator/rules/values/quantity.ts';

const decimals = fc
  .tuple(fc.integer({ min: 0, max: 9_999_999_999 }), fc.option(fc.stringMatching(/^[0-9]{1,6}$/), { nil: undefined }))
  .map(([whole, fraction]) => (fraction === undefined ? `${whole}` : `${whole}.${fraction}`));

test('every decimal of the model has one spelling, and its value', () => {
  fc.assert(
    fc.property(decimals, (text) => {
      expect(isDecimal(text)).toBe(true);
      expect(textOf(fromDecimal(text))).toBe(new Decimal(text).toFixed());
    }),
  );
});

test('sums are exact', () => {
  fc.assert(
    fc.property(fc.array(decimals), (texts) => {
      const wanted = texts.reduce((total, text) => total.plus(text), new Decimal(0));
      expect(textOf(sum(texts.map(fromDecimal)))).toBe(wanted.toFixed());
    }),
  );
});

test.each(['', '-1', '+1', '1.', '.5', '01', '1e2', '1.1234567', '10000000000', ' 1', '1\n'])(
  '%j is no quantity',
  (text) => {
    expect(isDecimal(text)).toBe(false);
  },
);
