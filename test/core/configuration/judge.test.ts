import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { judge } from '../../../src/agent/core/configuration/judge.ts';
import { type Branch, dotted } from '../../../src/agent/core/configuration/layers/tree.ts';

const usage = { product: { code: 'abc' }, dimensions: { requests: { meter: 'sum' } } };
const hourly = { product: { code: 'abc', pricing: 'hourly', publicKeys: [{ version: '1', pem: 'x' }] } };

/** What is said of a tree: `path: message` for each finding. */
const said = (tree: Branch): readonly string[] =>
  judge(tree).findings.map(({ at, message }) => `${dotted(at)}: ${message}`);

test('the least configurations that can be', () => {
  expect(said(usage)).toEqual([]);
  expect(said(hourly)).toEqual([]);
  expect(said({ product: { code: 'abc', pricing: 'byol' } })).toEqual([]);
  expect(said({})).toEqual([
    'product.code: this setting is missing',
    'product.pricing: a product with pricing: usage needs at least one dimension',
  ]);
});

test.each<readonly [string, Branch, string]>([
  [
    'within with another meter',
    { dimensions: { d: { meter: 'sum', within: 'day' } } },
    'dimensions.d.within: within belongs to the meter unique, and this one is sum',
  ],
  [
    'a period that is none',
    { dimensions: { d: { meter: 'unique', scope: 'pod', within: 'week' } } },
    'dimensions.d.within: "week" is no period',
  ],
  [
    'a mistyped meter',
    { dimensions: { d: { meter: 'summ' } } },
    'dimensions.d.meter: "summ" is no meter: did you mean sum?',
  ],
  ['no meter', { dimensions: { d: {} } }, 'dimensions.d.meter: this setting is missing'],
  [
    'scope with sum',
    { dimensions: { d: { meter: 'sum', scope: 'pod' } } },
    'dimensions.d.scope: scope belongs to max, average, last and unique: what several pods count with the meter sum adds up by itself',
  ],
  [
    'rounding with sum',
    { dimensions: { d: { meter: 'sum', rounding: 'up' } } },
    'dimensions.d.rounding: rounding belongs to max, average, last and unique: the meter sum carries',
  ],
  ...(['average', 'last', 'unique'] as const).map(
    (meter) =>
      [`${meter} without scope`, { dimensions: { d: { meter } } }, 'dimensions.d.meter: scope is missing'] as const,
  ),
  [
    'scope with counter',
    { dimensions: { d: { meter: 'counter', scope: 'pod' } } },
    'dimensions.d.scope: scope belongs to max, average, last and unique',
  ],
  ['max without scope', { dimensions: { d: { meter: 'max' } } }, 'dimensions.d.meter: scope is missing'],
  ['per of zero', { dimensions: { d: { meter: 'sum', per: '0' } } }, 'dimensions.d.per: "0" is not above zero'],
  [
    'a negative limit',
    { dimensions: { d: { meter: 'sum', maxPerHour: '-1' } } },
    'dimensions.d.maxPerHour: "-1" is not above zero',
  ],
  [
    'decimals',
    { dimensions: { d: { meter: 'sum', decimals: '7' } } },
    'dimensions.d.decimals: "7" is no whole number from 0 to 6',
  ],
  ['a dimension name', { dimensions: { 'a b': { meter: 'sum' } } }, 'dimensions.a b: "a b" is no dimension name'],
  [
    'a long dimension name',
    { dimensions: { ['d'.repeat(256)]: { meter: 'sum' } } },
    'has 256 characters, and 255 are the most',
  ],
  [
    'hourly with dimensions',
    { ...hourly, dimensions: { d: { meter: 'sum' } } },
    'dimensions: a product with pricing: hourly has no dimensions',
  ],
  [
    'free with dimensions',
    { product: { code: 'a', pricing: 'free' }, dimensions: { d: { meter: 'sum' } } },
    'dimensions: a product with pricing: free has no dimensions',
  ],
  [
    'monthly without keys',
    { product: { code: 'a', pricing: 'monthly' } },
    'product.pricing: pricing: monthly needs product.publicKeys',
  ],
  [
    'contract',
    { product: { code: 'a', pricing: 'contract' } },
    'product.pricing: pricing contract is not in this version',
  ],
  [
    'a key twice',
    {
      product: {
        code: 'a',
        publicKeys: [
          { version: '1', pem: 'x' },
          { version: '1', pem: 'y' },
        ],
      },
    },
    'product.publicKeys[1].version: version 1 is the version of publicKeys[0] too',
  ],
  [
    'a key from two places',
    { product: { code: 'a', publicKeys: [{ version: '1', pem: 'x', file: 'y' }] } },
    'product.publicKeys[0]: the key has both',
  ],
  [
    'a key from nowhere',
    { product: { code: 'a', publicKeys: [{ version: '1' }] } },
    'product.publicKeys[0]: the key has neither',
  ],
  [
    'keep on ECS',
    { platform: 'ecs', metering: { onShutdown: 'keep' } },
    'metering.onShutdown: onShutdown: keep would lose the last hour',
  ],
  ['drain as long as grace', { shutdown: { grace: '8s' } }, 'shutdown.grace: drain (8s) is a part of grace (8s)'],
  ['dedupe', { ledger: { dedupe: { least: '25h' } } }, 'ledger.dedupe.least: dedupe.least (25h) is longer'],
  [
    'stopping soon',
    { metering: { whenFailing: { do: 'exit', after: '1h' } } },
    'metering.whenFailing.after: whenFailing stops the product',
  ],
  ['an open door', { door: { listen: '0.0.0.0:8787' } }, 'door.listen: the door listens beyond loopback'],
  [
    'one port for two',
    { health: { listen: '0.0.0.0:8787' } },
    'health.listen: health and door listen on the same port',
  ],
  ['a stray setting', { patience: '3m' }, 'patience: no such setting: did you mean gate.patience?'],
  ['a setting in another spelling', { log_level: 'info' }, 'log_level: no such setting: did you mean log.level?'],
  ['a mistyped section', { meterng: {} }, 'meterng: no such setting: did you mean metering?'],
  ['a list for a section', { gate: [] }, 'gate: a list stands where a section of settings belongs'],
  ['a value for a section', { gate: 'x' }, 'gate: a single value stands where a section of settings belongs'],
  [
    'a section for a value',
    { gate: { patience: {} } },
    'gate.patience: a section of settings stands where a single value belongs',
  ],
  ['a value for a list', { buyerMay: 'log.level' }, 'buyerMay: a single value stands where a list belongs'],
  ['an empty value', { gate: { patience: null } }, 'gate.patience: the value is empty'],
  ['neither true nor false', { sealed: 'yes' }, 'sealed: "yes" is neither true nor false'],
])('%s', (_, tree, sentence) => {
  expect(said({ ...usage, ...tree }).join('\n')).toContain(sentence);
});

test('24 dimensions are, 25 are not', () => {
  const many = (count: number) => ({
    ...usage,
    dimensions: Object.fromEntries(Array.from({ length: count }, (_, index) => [`d${index}`, { meter: 'sum' }])),
  });
  expect(said(many(24))).toEqual([]);
  expect(said(many(25))).toEqual(['dimensions: there are 25 dimensions, and AWS takes 24 at most']);
});

test.each([
  'product.code',
  'product.pricing',
  'dimensions',
  'platform',
  'sealed',
  'endpoints',
  'buyerMay',
  'metering.mode',
  'metering.policy',
  'metering.onDoubt',
  'metering.onConflict',
  'metering.onAdopt',
  'metering.moveAtMost',
  'gate.onPatience',
  'product',
  'log',
  'log.levle',
])('buyerMay may not list %s', (name) => {
  expect(said({ ...usage, buyerMay: ['log.level', name] }).join()).toMatch(/^buyerMay\[1\]: /);
});

test('problems do not hide each other', () => {
  const tree = {
    product: { code: 'a b', pricing: 'hourly', publicKeys: [{ version: '0' }] },
    dimensions: { a: { meter: 'sum', per: 'x', scope: 'pod' }, b: { meter: 'nope' } },
    shutdown: { grace: '1s' },
    buyerMay: ['sealed'],
    log: { level: 'loud' },
  };
  expect(said(tree).map((sentence) => sentence.split(': ')[0])).toEqual([
    'product.code',
    'product.publicKeys[0].version',
    'dimensions.a.per',
    'dimensions.b.meter',
    'log.level',
    'dimensions',
    'dimensions.a.scope',
    'shutdown.grace',
    'buyerMay[0]',
  ]);
});

test('every finding has a sentence and a fix of ours, and no tree makes it throw', () => {
  const leaf = fc.oneof(fc.string(), fc.constant(null), fc.constantFrom('sum', 'max', '30m', 'true'));
  const keys = fc.oneof(
    fc.constantFrom(
      'product',
      'dimensions',
      'code',
      'publicKeys',
      'version',
      'gate',
      'meter',
      'buyerMay',
      'door',
      'log',
    ),
    fc.string(),
  );
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'medium' },
      leaf,
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(keys, tie('tree'), { maxKeys: 4 }),
    ),
  }));
  fc.assert(
    fc.property(fc.dictionary(keys, tree, { maxKeys: 6 }), (garbage) => {
      for (const { message, fix } of judge(garbage as Branch).findings) {
        expect(message).not.toMatch(/expected|Invalid|received|undefined/);
        expect(fix).not.toBe('');
      }
    }),
    { numRuns: 500 },
  );
});
