import { expect, test } from '@jest/globals';
import { readWorld } from '../../../src/emulator/world/readWorld.ts';

const problems = (text: string): string => {
  try {
    readWorld(text);
    return '';
  } catch (error) {
    return String((error as Error).message);
  }
};

test('an empty file is the default world', () => {
  const { world, faults } = readWorld('');
  expect(Object.keys(world.products)).toHaveLength(5);
  expect([world.settings.quota, faults]).toEqual([{ MeterUsage: 10, RegisterUsage: 5, BatchMeterUsage: 10 }, []]);
});

test('what is named is put over the default, and its account comes first', () => {
  const { world, faults } = readWorld(`
accounts:
  '999900001111': { subscriptions: [mine] }
products:
  mine: { dimensions: [a, b], pricing: hourly }
  open: { dimensions: any }
roles:
  strict: { actions: [MeterUsage], trust: { sub: 'system:serviceaccount:shop:parser' } }
settings:
  quota: { MeterUsage: 1000 }
  credentialLife: 60s
  dryRun: { answer: DryRunOperation }
faults:
  - { kind: throttle, operation: MeterUsage, for: 10m }
`);
  expect(Object.keys(world.accounts)[0]).toBe('999900001111');
  expect(world.products['mine']).toMatchObject({
    dimensions: { a: { decimals: true }, b: { decimals: true } },
    pricing: 'hourly',
    keys: [{ version: 1 }],
  });
  expect(world.products['open']?.dimensions).toBe('any');
  expect(world.roles['strict']).toMatchObject({
    actions: ['aws-marketplace:MeterUsage'],
    trust: { sub: 'system:serviceaccount:shop:parser', aud: 'sts.amazonaws.com' },
  });
  expect(world.settings).toMatchObject({
    quota: { MeterUsage: 1000, RegisterUsage: 5 },
    credentialLife: 60_000,
    tokenLife: 86_400_000,
    dryRun: { answer: 'DryRunOperation', checks: 'all' },
  });
  expect(faults).toEqual([{ kind: 'throttle', operation: 'MeterUsage', for: 600_000 }]);
});

test('everything that is wrong is told at once, with its line and the way out', () => {
  expect(
    problems(`accounts:
  '99': {}
products:
  mine: { prising: usage }
setings: {}
settings:
  clockSkew: 5x
`),
  ).toBe(`world:
  line 2: accounts.99: an account has twelve digits; write it in quotes
  line 4: products.mine.prising is not known; did you mean pricing?
  line 5: setings is not known; did you mean settings?
  line 7: settings.clockSkew: "5x" is no duration; write 90s, 10m or 1h`);
});

test('a name that points to nothing is told', () => {
  expect(problems("accounts:\n  '999900001111':\n    subscriptions: [4w1vgsrkqdkypbz43g7qkk4u]\n")).toContain(
    'line 3: there is no product 4w1vgsrkqdkypbz43g7qkk4u; did you mean 4w1vgsrkqdkypbz43g7qkk4uz?',
  );
  expect(problems('products:\n  mine:\n    keys: [{ version: 1 }]\n')).toContain(
    'line 3: a key has either pem or file',
  );
});

test('what is no YAML is told with its line', () => {
  expect(problems('a: [\n')).toMatch(/line \d: /);
});
