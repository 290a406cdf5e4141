import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { GENESIS } from '../../../src/agent/core/record/record.ts';
import { hourOf, stampOf } from '../../../src/agent/core/time/hour.ts';
import { freeze, limitOf, type OpenHour } from '../../../src/agent/core/usage/freeze.ts';
import * as quantity from '../../../src/agent/core/usage/quantity.ts';

const HOUR = hourOf(Date.parse('2026-03-01T10:00Z'));
const RULES = { resource: 'task', timestamp: stampOf(HOUR), maxPerHour: undefined, zero: false, ceil: false };

const open = (
  more: Partial<OpenHour> & { readonly per?: string; readonly decimals?: number; readonly meter?: 'sum' | 'max' },
): OpenHour => ({
  dimension: 'requests',
  hour: HOUR,
  origin: HOUR,
  definition: {
    product: 'p',
    meter: more.meter ?? 'sum',
    per: quantity.read(more.per ?? '1'),
    decimals: more.decimals ?? 0,
    rounding: 'down',
  },
  counted: quantity.ZERO,
  moved: quantity.ZERO,
  carried: quantity.ZERO,
  previousToken: GENESIS,
  ...more,
});

const decimal = fc
  .tuple(fc.bigInt({ min: 0n, max: 10n ** 24n }), fc.nat({ max: 12 }))
  .map(([digits, scale]) => ({ digits, scale }));
const plain = (value: quantity.Quantity) => quantity.add(value, quantity.ZERO);

test('raw counts and units are conserved exactly, whatever per, decimals, brake and limit', () => {
  fc.assert(
    fc.property(
      decimal,
      decimal,
      decimal,
      fc.bigInt({ min: 1n, max: 10n ** 9n }),
      fc.nat({ max: 6 }),
      fc.option(fc.bigInt({ min: 1n, max: 10n ** 12n }), { nil: undefined }),
      fc.boolean(),
      (counted, carried, moved, per, decimals, most, ceil) => {
        const hour = open({
          counted: plain(counted),
          carried: plain(carried),
          moved: plain(moved),
          per: String(per),
          decimals,
        });
        const frozen = freeze(hour, { ...RULES, ceil, maxPerHour: most === undefined ? undefined : quantity.of(most) });
        const raw = quantity.add(hour.counted, hour.carried);
        expect(
          quantity.equal(raw, quantity.add(quantity.multiply(frozen.own, hour.definition.per), frozen.carry)),
        ).toBe(true);
        const sent = frozen.record?.body.quantity ?? quantity.ZERO;
        const units = quantity.sum([sent, frozen.toNext, frozen.held]);
        expect(quantity.equal(units, quantity.add(frozen.own, hour.moved))).toBe(true);
        expect(quantity.compare(sent, limitOf(decimals))).toBeLessThanOrEqual(0);
        expect(quantity.format(sent)).toMatch(decimals === 0 ? /^\d+$/ : new RegExp(`^\\d+(\\.\\d{1,${decimals}})?$`));
        if (!ceil) expect(quantity.compare(frozen.carry, hour.definition.per)).toBeLessThan(0);
      },
    ),
  );
});

test('less than one unit: no record, the count is carried', () => {
  const frozen = freeze(open({ counted: quantity.of(6), per: '7' }), RULES);
  expect(frozen.record).toBeUndefined();
  expect(frozen.carry).toEqual(quantity.of(6));
});

test('a zero is a record only when it is wanted', () => {
  expect(freeze(open({}), { ...RULES, zero: true }).record?.body.quantity).toEqual(quantity.ZERO);
});

test('ceil: the last flush rounds up, and owes the difference', () => {
  const frozen = freeze(open({ counted: quantity.of(8), per: '7' }), { ...RULES, ceil: true });
  expect(frozen.record?.body.quantity).toEqual(quantity.of(2));
  expect(quantity.format(frozen.carry)).toBe('-6');
});

test('a maximum is rounded as the dimension says and carries nothing', () => {
  const hour = open({ meter: 'max', counted: quantity.read('7.9'), carried: quantity.ZERO });
  expect(freeze(hour, RULES)).toMatchObject({ own: quantity.of(7), carry: quantity.ZERO });
});

test('the brake holds what this hour counted above it, not what came from elsewhere', () => {
  const frozen = freeze(open({ counted: quantity.of(25), moved: quantity.of(30) }), {
    ...RULES,
    maxPerHour: quantity.of(10),
  });
  expect(frozen.held).toEqual(quantity.of(15));
  expect(frozen.record?.body.quantity).toEqual(quantity.of(40));
});

test('the ClientToken follows from the record and the one before, and from nothing else', () => {
  const token = (more: Parameters<typeof open>[0], rules = RULES) =>
    freeze(open({ counted: quantity.of(3), ...more }), rules).record?.token;
  expect(token({})).toMatch(/^[0-9a-f]{64}$/);
  expect(token({})).toBe(token({}));
  const others = [
    token({ counted: quantity.of(4) }),
    token({ previousToken: '1'.repeat(64) }),
    token({ dimension: 'users' }),
    token({}, { ...RULES, resource: 'other' }),
    token({}, { ...RULES, timestamp: RULES.timestamp - 1000 }),
  ];
  expect(new Set([token({}), ...others]).size).toBe(6);
});
