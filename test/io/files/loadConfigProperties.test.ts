import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { type Branch, withValue } from '../../../src/agent/core/configuration/layers/tree.ts';
import { explainProblems } from '../../../src/agent/core/configuration/problem.ts';
import { SETTINGS } from '../../../src/agent/core/configuration/schema/settings.ts';
import { loadConfig } from '../../../src/agent/io/files/loadConfig.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tollgate-config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const load = (text: string | undefined, env: Readonly<Record<string, string>>) => {
  const configPath = join(folder, 'tollgate.yaml');
  writeFileSync(configPath, text ?? '');
  return loadConfig({ env, cwd: folder, etcPath: join(folder, 'none.yaml'), configPath });
};

/** Values that are right for each setting whatever the others are. */
const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  'product.code': ['abc', '1e5', '0123', 'a/b=c:d@e.f-g_h'],
  'product.id': ['prod-abc', null],
  'product.pricing': ['byol', 'free'],
  'product.extraRegions': [['eu-south-2'], ['eu-south-2', 'mx-central-1'], []],
  sealed: [true, false],
  platform: ['auto', 'eks', 'ec2', 'local'],
  endpoints: ['aws', 'any'],
  'door.listen': ['127.0.0.1:1', 'unix:/run/x.sock', '[::1]:8080'],
  'door.tokenFile': ['/run/token', null],
  'door.connections': [1, 64, 10_000],
  'door.socketMode': ['0660', '600', '0777'],
  'door.socketGroup': [0, 1000, null],
  'health.listen': ['0.0.0.0:9', null],
  'ledger.directory': ['/data', './x y'],
  'ledger.maxBytes': ['64MiB', '500MB'],
  'ledger.dedupe.keep': ['2h', '48h'],
  'ledger.dedupe.least': ['30m', '2h'],
  'ledger.retain': ['768h', '8784h'],
  'ledger.wait': ['0s', '1m30s'],
  // A Lease goes with `pricing: usage` alone.
  'standby.lease': [null],
  'standby.namespace': ['metering', null],
  'standby.duration': ['10s', '1m'],
  'standby.serviceAccount': ['/run/account'],
  'gate.patience': ['250ms', '1h'],
  'gate.onPatience': ['exit', 'start'],
  'gate.graceAfterPurchase': [true, false],
  'metering.mode': ['send', 'shadow'],
  'metering.settle': ['0s', '10m'],
  'metering.policy': ['careful', 'complete'],
  'metering.onDoubt': ['quarantine', 'move'],
  'metering.onConflict': ['move', 'hold', 'quarantine'],
  'metering.onAdopt': ['quarantine', 'retry'],
  'metering.moveAtMost': ['1h'],
  'metering.adopt.within': ['2h'],
  'metering.adopt.onEc2': [true, false],
  'metering.lastCarry': ['drop', 'ceil'],
  'metering.onShutdown': ['send', 'keep'],
  'metering.whenFailing.after': ['2h', '5h'],
  'metering.whenFailing.do': ['warn', 'exit'],
  'shutdown.grace': ['20s'],
  'shutdown.drain': ['5s'],
  'log.level': ['debug', 'error'],
  'log.format': ['json'],
  buyerMay: [['log.level'], ['log.level', 'health.listen'], []],
};

const textOf = (value: unknown): string => (Array.isArray(value) ? value.join(',') : String(value));

test('every setting but keys and dimensions has values to try', () => {
  expect(SETTINGS.map(({ path }) => path).filter((path) => !(path in VALUES))).toEqual([
    'product.publicKeys',
    'dimensions',
  ]);
});

test('any settings say the same in a file as in the environment', () => {
  const chosen = fc.record(
    Object.fromEntries(Object.entries(VALUES).map(([path, values]) => [path, fc.constantFrom(...values)])),
    { requiredKeys: ['product.code', 'product.pricing'] },
  );
  fc.assert(
    fc.property(chosen, (settings) => {
      const tree = Object.entries(settings).reduce<Branch>(
        (rest, [path, value]) => withValue(rest, path.split('.'), value as string),
        {},
      );
      const env = Object.fromEntries(
        SETTINGS.flatMap(({ path, variable }) => {
          const text = path in settings ? textOf(settings[path]) : '';
          return text === '' ? [] : [[variable, text]];
        }),
      );
      const fromFile = load(stringify(tree), {});
      const fromEnvironment = load(undefined, env);
      if (!fromFile.ok || !fromEnvironment.ok) throw new Error(JSON.stringify([fromFile, fromEnvironment]));
      const { origins: one, ...file } = fromFile.config;
      const { origins: other, ...environment } = fromEnvironment.config;
      expect(environment).toEqual(file);
      expect(Object.keys(one)).toEqual(expect.arrayContaining(Object.keys(other)));
    }),
  );
});

test('no text makes it throw, and every problem of a file says where it stands', () => {
  const words = [
    'product',
    'code',
    ':',
    ' ',
    '\n',
    '  ',
    '{',
    '}',
    '[',
    ']',
    ',',
    '-',
    '&a',
    '*a',
    '!!str',
    '"',
    "'",
    '|',
    '#',
    '?',
    '<<',
    '1e5',
    '\t',
    '---\n',
    '\ufeff',
    'dimensions:\n',
    'meter: sum',
    '%YAML 1.1\n---\n',
  ];
  const garbage = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 3 })), { maxLength: 40 })
      .map((parts) => parts.join('')),
    fc.json(),
  );
  fc.assert(
    fc.property(garbage, (text) => {
      const loaded = load(text, {});
      if (loaded.ok) return;
      expect(loaded.problems).not.toHaveLength(0);
      for (const { file, line, column, message, fix } of loaded.problems) {
        expect(file).toBeDefined();
        expect(line).toBeGreaterThan(0);
        expect(column).toBeGreaterThan(0);
        expect([message, fix]).not.toContain('');
      }
    }),
    { numRuns: 500 },
  );
});

/** Names as a template, a ConfigMap or an editor may spoil them. */
const spoiled = fc
  .array(
    fc.constantFrom(
      'a',
      'Z',
      '9',
      '_',
      ' ',
      '\n',
      '\r',
      '\t',
      '\u0000',
      '\u001b',
      '\u0085',
      '\u00a0',
      '\u2028',
      '\ufeff',
      '"',
    ),
    {
      minLength: 1,
      maxLength: 8,
    },
  )
  .map((characters) => characters.join(''));

test('O31: whatever a key of the file is, each problem is two lines in which nothing is unseen', () => {
  fc.assert(
    fc.property(spoiled, spoiled, spoiled, (top, dimension, inner) => {
      const twice = `${JSON.stringify(top)}: 1\n${JSON.stringify(top)}: 2\n`;
      const tree = { product: { code: 'abc' }, dimensions: { [dimension]: { meter: 'max', [inner]: 1 } } };
      for (const text of [twice, stringify(tree)]) {
        const loaded = load(text, {});
        if (loaded.ok) throw new Error('it is not right');
        const lines = explainProblems(loaded.problems).split('\n');
        expect(lines).toHaveLength(1 + 2 * loaded.problems.length);
        for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\u00a0\u2028\ufeff]/u);
      }
    }),
  );
});
