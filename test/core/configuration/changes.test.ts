import { expect, test } from '@jest/globals';
import { changesFor } from '../../../src/agent/core/configuration/changes.ts';
import type { Config, Dimension } from '../../../src/agent/core/configuration/config.ts';
import type { Standing } from '../../../src/agent/core/configuration/standing.ts';
import { definitionOf, write } from '../../../src/agent/core/usage/definition.ts';
import * as quantity from '../../../src/agent/core/usage/quantity.ts';
import { POLICIES, sumOf } from '../../support/tollWorld.ts';

const PER_1000 = sumOf('requests', { per: quantity.of(1000) });
const OPEN = '2026-03-01T10Z';

type Settings = { code?: string; pricing?: 'hourly'; mode?: 'shadow'; maxBytes?: number };

const configOf = (dimensions: readonly Dimension[], { code = 'p', pricing, mode, maxBytes = 1e9 }: Settings = {}) =>
  ({
    product: { code, pricing: pricing ?? 'usage' },
    dimensions,
    metering: { ...POLICIES, mode: mode ?? 'send' },
    ledger: { maxBytes },
  }) as unknown as Config;

const standingOf = (more: Partial<Standing> = {}): Standing => ({
  product: 'p',
  mode: 'send',
  bytes: 4096,
  open: [
    { dimension: 'requests', hour: OPEN, definition: write(definitionOf('p', PER_1000)), counted: '1500', moved: '0' },
  ],
  unsettled: [],
  dimensions: [
    { name: 'requests', carry: '0', product: 'p', held: '0', definition: write(definitionOf('p', PER_1000)) },
  ],
  ...more,
});

const withCarry = (carry: string, held = '0'): Standing => {
  const standing = standingOf();
  return { ...standing, open: [], dimensions: standing.dimensions.map((one) => ({ ...one, carry, held })) };
};

const said = (config: Config, standing: Standing): readonly string[] =>
  changesFor(config, standing).map(({ effect, dimension, hour, text }) =>
    [effect, dimension, hour, text].filter((part) => part !== null).join(' | '),
  );

test('the configuration that was there changes nothing, and neither does a new dimension beside it', () => {
  expect(said(configOf([PER_1000]), standingOf())).toEqual([]);
  expect(said(configOf([PER_1000, sumOf('users')]), standingOf())).toEqual([]);
  expect(said(configOf([{ ...PER_1000, maxPerHour: quantity.of(5) }]), withCarry('7'))).toEqual([]);
});

test.each<readonly [string, Partial<Dimension>, string]>([
  ['per', { per: quantity.of(500) }, 'per 1000 (now 500)'],
  ['decimals', { decimals: 3 }, 'decimals 0 (now 3)'],
  ['meter and scope', { meter: 'max', scope: 'pod' }, 'meter sum (now max), scope not set (now pod)'],
  [
    'meter and within',
    { meter: 'unique', scope: 'pod', within: 'day' },
    'meter sum (now unique), scope not set (now pod), within not set (now day)',
  ],
  ['rounding', { rounding: 'up' }, 'rounding down (now up)'],
])('another %s: the open hour keeps what it began with', (_, change, text) => {
  expect(said(configOf([{ ...PER_1000, ...change }]), standingOf())).toEqual([
    `keeps | requests | ${OPEN} | 1500 counted: keeps what it began with until it is sent: ${text}`,
  ]);
});

test.each<readonly [string, Config, Standing, readonly RegExp[]]>([
  ['a dimension that is gone', configOf([]), standingOf(), [/^keeps \| requests \| .*new reports of it are refused/]],
  ['the carry of a dimension that is gone', configOf([]), withCarry('999'), [/^costs \| requests \| .*carry of 999/]],
  ['units held of a dimension that is gone', configOf([]), withCarry('0', '4'), [/^keeps \| requests \| 4 units/]],
  ['a renamed dimension', configOf([sumOf('calls')]), withCarry('999'), [/^costs \| requests/]],
  [
    'the carry under another per',
    configOf([sumOf('requests')]),
    withCarry('999'),
    [/^keeps .*stays a raw count, and counts by per 1$/],
  ],
  [
    'the carry under another meter',
    configOf([{ ...PER_1000, meter: 'max', scope: 'pod' }]),
    withCarry('9'),
    [/^keeps .*for the meter max/],
  ],
  [
    'another product',
    configOf([PER_1000], { code: 'q' }),
    standingOf(),
    [/^costs \| requests \| 2026.*under the product p .*never billed under q/],
  ],
  [
    'another product, carry and held',
    configOf([PER_1000], { code: 'q' }),
    withCarry('9', '4'),
    [/^costs .*carry of 9.*written off/, /^costs .*4 units/],
  ],
  [
    'another product, a record under way',
    configOf([PER_1000], { code: 'q' }),
    standingOf({ open: [], unsettled: [{ dimension: 'requests', hour: OPEN, product: 'p', quantity: '7' }] }),
    [/^costs \| requests \| 2026.* 7 units/],
  ],
  [
    'a record under way',
    configOf([PER_1000]),
    standingOf({ open: [], unsettled: [{ dimension: 'requests', hour: OPEN, product: 'p', quantity: '7' }] }),
    [],
  ],
  [
    'hourly pricing',
    configOf([PER_1000], { pricing: 'hourly' }),
    standingOf(),
    [/^costs \| product.pricing is hourly/],
  ],
  ['into the shadow', configOf([PER_1000], { mode: 'shadow' }), standingOf(), [/^costs \| .*send to shadow/]],
  ['out of the shadow', configOf([PER_1000]), standingOf({ mode: 'shadow' }), [/^keeps \| .*shadow to send/]],
  ['too little room', configOf([PER_1000], { maxBytes: 4095 }), standingOf(), [/^costs \| ledger.maxBytes is 4095/]],
  [
    'an old ledger that names no owner of a carry',
    configOf([PER_1000], { code: 'q' }),
    { ...withCarry('9'), dimensions: withCarry('9').dimensions.map((one) => ({ ...one, product: undefined })) },
    [/^costs .*written off/],
  ],
])('%s', (_, config, standing, patterns) => {
  const lines = said(config, standing);
  expect(lines).toHaveLength(patterns.length);
  for (const [index, pattern] of patterns.entries()) expect(lines[index]).toMatch(pattern);
});
