import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { admit } from '../../../src/emulator/rules/access/quota.ts';
import { apply } from '../../../src/emulator/rules/change.ts';
import { firstState } from '../../../src/emulator/rules/state.ts';
import { DEFAULT_WORLD } from '../../../src/emulator/world/defaultWorld.ts';

const gate = () => {
  const state = firstState(DEFAULT_WORLD);
  return (operation: string, now: number, account = '1', region = 'us-east-1'): boolean => {
    const { refusal, changes } = admit(state, account, region, operation, now);
    for (const change of changes) apply(state, change);
    return refusal === undefined;
  };
};

test('ten MeterUsage and five RegisterUsage a second pass, for each account and Region', () => {
  const ask = gate();
  const passed = (operation: string, account?: string, region?: string): number =>
    Array.from({ length: 30 }, () => ask(operation, 0, account, region)).filter(Boolean).length;
  expect([passed('MeterUsage'), passed('RegisterUsage')]).toEqual([10, 5]);
  expect([passed('MeterUsage', '2'), passed('MeterUsage', '1', 'eu-west-1')]).toEqual([10, 10]);
  expect(ask('MeterUsage', 99)).toBe(false);
  expect(ask('MeterUsage', 100)).toBe(true);
  expect(ask('MeterUsage', 100)).toBe(false);
});

test('an operation without a quota is never throttled', () => {
  const ask = gate();
  expect(Array.from({ length: 1000 }, () => ask('ResolveCustomer', 0)).every(Boolean)).toBe(true);
});

test('over any time, no more pass than the rate allows and one burst', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 }), (gaps) => {
      const ask = gate();
      let now = 0;
      let passed = 0;
      for (const gap of gaps) {
        now += gap;
        if (ask('MeterUsage', now)) passed += 1;
      }
      expect(passed).toBeLessThanOrEqual(10 + now / 100);
    }),
  );
});
