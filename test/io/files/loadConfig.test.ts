import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { explainProblems } from '../../../src/agent/core/configuration/problem.ts';
import { format } from '../../../src/agent/core/usage/quantity.ts';
import { type Loaded, loadConfig, type Request } from '../../../src/agent/io/files/loadConfig.ts';

const LEAST = 'product: { code: abc }\ndimensions: { requests: { meter: sum } }\n';

let folder: string;
let etcPath: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tollgate-config-'));
  mkdirSync(join(folder, 'etc'));
  etcPath = join(folder, 'etc', 'tollgate.yaml');
});
afterEach(() => rmSync(folder, { recursive: true }));

const put = (name: string, text: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const load = (request: Partial<Request> = {}): Loaded => loadConfig({ env: {}, cwd: folder, etcPath, ...request });

const good = (loaded: Loaded) => {
  if (!loaded.ok) throw new Error(explainProblems(loaded.problems));
  return loaded;
};

const problemsOf = (loaded: Loaded) => {
  if (loaded.ok) throw new Error('there is nothing wrong with this configuration');
  return loaded.problems;
};

const configOf = (text: string, request: Partial<Request> = {}) => {
  put('tollgate.yaml', text);
  return good(load(request)).config;
};

test('the least configuration has every default', () => {
  expect(configOf(LEAST)).toMatchObject({
    product: { code: 'abc', pricing: 'usage', publicKeys: [], extraRegions: [] },
    dimensions: [{ name: 'requests', meter: 'sum', decimals: 0, rounding: 'down', zeroHours: false }],
    sealed: false,
    platform: 'auto',
    endpoints: 'any',
    door: { listen: { kind: 'tcp', host: '127.0.0.1', port: 8787 }, connections: 64 },
    health: {},
    ledger: {
      directory: '/var/lib/tollgate',
      maxBytes: 2 ** 30,
      dedupe: { keep: 86_400_000, least: 3_600_000 },
      retain: 7_776_000_000,
      wait: 60_000,
    },
    gate: { patience: 1_800_000, onPatience: 'exit', graceAfterPurchase: false },
    metering: {
      mode: 'send',
      settle: 120_000,
      onDoubt: 'quarantine',
      onConflict: 'move',
      onAdopt: 'quarantine',
      moveAtMost: 86_400_000,
      adopt: { within: 86_400_000, onEc2: false },
      lastCarry: 'drop',
      onShutdown: 'send',
      whenFailing: { after: 7_200_000, do: 'warn' },
    },
    shutdown: { grace: 25_000, drain: 8_000 },
    log: { level: 'info', format: 'auto' },
    buyerMay: [],
    warnings: [],
  });
});

test('the order: --config, TOLLGATE_CONFIG, an unsealed /etc, ./tollgate.yaml', () => {
  const named = (code: string) => LEAST.replace('abc', code);
  put('tollgate.yaml', named('local'));
  expect(good(load()).config.product.code).toBe('local');
  put('etc/tollgate.yaml', `sealed: false\n${named('etc')}`);
  expect(good(load()).config.product.code).toBe('etc');
  const env = { TOLLGATE_CONFIG: put('variable.yaml', named('variable')) };
  expect(good(load({ env })).config.product.code).toBe('variable');
  put('option.yaml', named('option'));
  const loaded = good(load({ env, configPath: 'option.yaml' }));
  expect(loaded.config.product.code).toBe('option');
  expect(loaded.source).toEqual({ kind: 'file', path: join(folder, 'option.yaml') });
});

test('a sealed /etc is the configuration, and everything else is refused by name', () => {
  put('etc/tollgate.yaml', LEAST);
  expect(good(load()).config).toMatchObject({ sealed: true, endpoints: 'aws' });
  expect(good(load({ configPath: etcPath })).config.sealed).toBe(true);
  put('other.yaml', LEAST);
  put('tollgate.yaml', LEAST);
  const problems = problemsOf(load({ configPath: 'other.yaml', env: { TOLLGATE_CONFIG: 'other.yaml' } }));
  expect(problems.map(({ message }) => message.split(' is refused')[0])).toEqual([
    '--config other.yaml',
    'TOLLGATE_CONFIG other.yaml',
    './tollgate.yaml',
  ]);
});

test('a file in /etc that cannot be understood seals all the same', () => {
  const other = put('other.yaml', LEAST);
  for (const text of [
    'sealed: false\nsealed: false\n',
    'sealed: false\n  bad',
    'sealed: nope',
    '',
    '- sealed: false',
    Buffer.from([0xff, 0xfe, 0x73]),
  ]) {
    put('etc/tollgate.yaml', text);
    expect(problemsOf(load({ configPath: other }))).not.toHaveLength(0);
  }
  rmSync(etcPath);
  mkdirSync(etcPath);
  expect(problemsOf(load({ configPath: other }))[0]).toMatchObject({ file: etcPath });
});

test('a file elsewhere seals itself, and buyers set only what buyerMay lists', () => {
  const text = `${LEAST}sealed: true\nbuyerMay: [log.level]\n`;
  const { log, sealed } = configOf(text, { env: { TOLLGATE_LOG_LEVEL: 'debug' } });
  expect({ log, sealed }).toEqual({ log: { level: 'debug', format: 'auto' }, sealed: true });
  expect(problemsOf(load({ env: { TOLLGATE_GATE_PATIENCE: '1h' } }))).toEqual([
    expect.objectContaining({ variable: 'TOLLGATE_GATE_PATIENCE', path: 'gate.patience' }),
  ]);
});

test('any endpoint in a sealed file is a loud warning', () => {
  const { endpoints, warnings } = configOf(`${LEAST}sealed: true\nendpoints: any\n`);
  expect(endpoints).toBe('any');
  expect(warnings).toEqual([expect.stringContaining('endpoints: any in a sealed configuration')]);
});

test('without any file the environment may say it all, or is told how to begin', () => {
  const { config, source } = good(load({ env: { TOLLGATE_PRODUCT_CODE: 'abc', TOLLGATE_PRODUCT_PRICING: 'byol' } }));
  expect(config.product).toMatchObject({ code: 'abc', pricing: 'byol' });
  expect(source).toEqual({ kind: 'environment' });
  const [problem] = problemsOf(load({ env: { TOLLGATE_PORT: 'tcp://1.2.3.4:1' } }));
  expect(problem?.fix).toContain('tollgate config init');
});

test.each([
  ['a file that is not there', 'nowhere.yaml', 'there is no such file'],
  ['a folder', 'etc', 'this is no file'],
])('%s is named', (_, configPath, message) => {
  expect(problemsOf(load({ configPath }))).toEqual([
    expect.objectContaining({ message, file: join(folder, configPath) }),
  ]);
});

test('a file in another coding, or too large, is refused', () => {
  for (const bytes of [
    Buffer.from([0xff, 0xfe, 0x61, 0]),
    Buffer.from([0x61, 0x80]),
    Buffer.alloc(1024 ** 2 + 1, 32),
  ]) {
    put('tollgate.yaml', bytes);
    expect(problemsOf(load())).toHaveLength(1);
  }
});

test('numbers count as their digits stand, and codes as they are written', () => {
  const config = configOf(
    'product: { code: 1e5 }\ndimensions: { 007: { meter: sum, per: 0.10, maxPerHour: 123456789012345678901234567890 } }\n',
  );
  expect(config.product.code).toBe('1e5');
  const [dimension] = config.dimensions;
  expect(dimension?.name).toBe('007');
  expect([format(dimension?.per ?? { digits: 0n, scale: 0 }), dimension?.maxPerHour?.digits]).toEqual([
    '0.1',
    123456789012345678901234567890n,
  ]);
});

test('a byte order mark, Windows line ends, empty sections and anchors are no trouble', () => {
  const text = `\ufeffproduct: { code: abc }\ngate:\nmetering:\nbuyerMay:\ndimensions:\n  a: &a { meter: sum, per: 10 }\n  b: *a\n`;
  const { dimensions, warnings } = configOf(text.replaceAll('\n', '\r\n'));
  expect(dimensions.map(({ name, per }) => [name, format(per)])).toEqual([
    ['a', '10'],
    ['b', '10'],
  ]);
  expect(warnings).toEqual([]);
});

test('what is around a value in a file is cut with a warning, what is inside refused', () => {
  const { product, warnings } = configOf(LEAST.replace('abc', '"abc\\r\\n"'));
  expect([product.code, warnings]).toEqual(['abc', [expect.stringContaining('product.code')]]);
  put('tollgate.yaml', LEAST.replace('abc', '"a\\u200bbc"'));
  expect(problemsOf(load())).toEqual([expect.objectContaining({ path: 'product.code', line: 1, column: 18 })]);
  put('tollgate.yaml', LEAST.replace('abc', `"\${AWSMP_CODE}"`));
  expect(problemsOf(load())).toEqual([expect.objectContaining({ message: expect.stringContaining('not filled in') })]);
});

test.each<readonly [string, string, number, number]>([
  ['product: { code: abc, code: def }\n', 'stands here a second time', 1, 23],
  [
    'product: { code: abc }\ndimensions:\n  a: { meter: sum }\n  "a": { meter: sum }\n',
    'stands here a second time',
    4,
    3,
  ],
  ['product: { code: abc }\nx: *nobody\n', 'names no anchor', 2, 4],
  ['product: &p { code: abc, more: *p }\n', 'too deep', 1, 32],
  ['<<: { a: b }\n', 'merge keys', 1, 1],
  ['product: { code: abc\n', 'this is no YAML', 2, 1],
  ['a: b\n---\nc: d\n', 'this is no YAML', 2, 1],
  ['- a\n', 'holds no settings', 1, 1],
  ['? [a]\n: b\n', 'where a name belongs', 1, 3],
  ['__proto__: { a: b }\n', 'is no name', 1, 1],
  ['gate:\n  patience: 30\n', 'has no unit', 2, 13],
])('%j is refused where it stands', (text, message, line, column) => {
  put('tollgate.yaml', text);
  expect(problemsOf(load())).toContainEqual(
    expect.objectContaining({
      message: expect.stringContaining(message),
      line,
      column,
      file: join(folder, 'tollgate.yaml'),
    }),
  );
});

test('aliases of aliases do not grow without end', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let depth = 1; depth < 9; depth += 1)
    lines.push(
      `a${depth}: &a${depth} [${Array(10)
        .fill(`*a${depth - 1}`)
        .join(', ')}]`,
    );
  put('tollgate.yaml', lines.join('\n'));
  expect(problemsOf(load())).toContainEqual(expect.objectContaining({ message: expect.stringContaining('too large') }));
});

test('health.listen tells not set, set and off apart', () => {
  expect(configOf(LEAST).health).toEqual({});
  expect(configOf(`${LEAST}health: { listen: null }\n`).health).toEqual({ explicitlyOff: true });
  expect(configOf(`${LEAST}health: { listen: "[::]:9000" }\n`).health).toEqual({
    listen: { kind: 'tcp', host: '::', port: 9000 },
  });
});

test('the policy sets three choices, and a single one wins over it', () => {
  const { metering } = configOf(`${LEAST}metering: { policy: complete, onAdopt: quarantine }\n`);
  expect(metering).toMatchObject({ onDoubt: 'move', onConflict: 'move', onAdopt: 'quarantine' });
});

test('keys are read from files beside the configuration and from the text, highest version first', () => {
  const pem = generateKeyPairSync('rsa', { modulusLength: 2048 })
    .publicKey.export({ type: 'spki', format: 'pem' })
    .toString();
  put('key-1.pem', pem);
  const text = `product:\n  code: abc\n  pricing: hourly\n  publicKeys:\n    - { version: 1, file: key-1.pem }\n    - version: 2\n      pem: |\n${pem.replace(/^/gm, '        ')}\n`;
  const { product, warnings } = configOf(text);
  expect(product.publicKeys).toEqual([
    { version: 2, pem },
    { version: 1, pem },
  ]);
  expect(warnings).toEqual([]);
  put('key-1.pem', 'nonsense');
  expect(problemsOf(load())).toEqual([
    expect.objectContaining({
      path: 'product.publicKeys[0].file',
      message: expect.stringContaining('key-1.pem'),
      line: 5,
    }),
  ]);
});

test('a problem of a variable names it, and origins name file and variable', () => {
  put('tollgate.yaml', LEAST);
  expect(problemsOf(load({ env: { TOLLGATE_SHUTDOWN_GRACE: '5s' } }))).toEqual([
    expect.objectContaining({ path: 'shutdown.grace', variable: 'TOLLGATE_SHUTDOWN_GRACE' }),
  ]);
  expect(good(load({ env: { TOLLGATE_SHUTDOWN_GRACE: '15s' } })).config.origins).toEqual({
    'product.code': `${join(folder, 'tollgate.yaml')}:1`,
    'dimensions.requests': `${join(folder, 'tollgate.yaml')}:2`,
    'shutdown.grace': 'TOLLGATE_SHUTDOWN_GRACE',
  });
});

test('brackets without end are no YAML', () => {
  put('tollgate.yaml', '['.repeat(100_000));
  expect(problemsOf(load())).toContainEqual(expect.objectContaining({ message: expect.stringContaining('no YAML') }));
});

test('an alias of what is around it is told at once', () => {
  put('tollgate.yaml', 'product: &p { code: abc, more: *p }\n');
  expect(problemsOf(load())).toEqual([expect.objectContaining({ path: 'product.more' })]);
});
