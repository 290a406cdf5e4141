import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { parse } from 'yaml';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tollgate-cli-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** Runs the bundled `tollgate config ARGS` in the test's folder, with nothing but `env` in its environment. */
const config = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  new Promise((resolve) => {
    const program = join(process.env['TOLLGATE_DIST'] ?? '', 'tollgate.mjs');
    const child = execFile(process.execPath, [program, 'config', ...args], { cwd: folder, env }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });

const put = (text: string): void => writeFileSync(join(folder, 'tollgate.yaml'), text);

const LEAST = 'product: { code: abc }\ndimensions: { requests: { meter: sum, per: 0.50 } }\n';

test('init prints a configuration that passes check, also with all its comments taken away', async () => {
  const { stdout } = await config(['init']);
  put(stdout);
  const checked = await config(['check']);
  expect(checked.code).toBe(0);
  expect(checked.stdout).toContain('YOUR-PRODUCT-CODE stands for the code of your listing');
  const uncommented = stdout
    .replace(/^# Lines that begin.*\n/m, '')
    .replace('  # publicKeys:\n  #   - { version: 1, file: /etc/tollgate/key-1.pem }\n', '')
    .replace(/^(\s*)# (?=( |# |[a-zA-Z]+:( |$)))/gm, '$1');
  expect(Object.keys(parse(uncommented))).toEqual([
    'product',
    'dimensions',
    'platform',
    'door',
    'ledger',
    'gate',
    'standby',
    'metering',
    'shutdown',
    'log',
    'buyerMay',
  ]);
  put(uncommented);
  expect(await config(['check'])).toMatchObject({ code: 0, stderr: '' });
  const { settings } = JSON.parse((await config(['show', '--json'])).stdout);
  put(stdout);
  const { settings: commented } = JSON.parse((await config(['show', '--json'])).stdout);
  for (const [path, { value }] of Object.entries<{ value: unknown }>(commented))
    expect([path, textOf(settings[path].value)]).toEqual([path, textOf(value)]);
});

/** A value by default is a number or word of ours, one from a file is its text. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

test('init writes a file once, and again only with --force', async () => {
  expect(await config(['init', '--out', 'a.yaml'])).toMatchObject({ code: 0, stdout: '' });
  writeFileSync(join(folder, 'a.yaml'), 'mine');
  const refused = await config(['init', '--out', 'a.yaml']);
  expect(refused.code).toBe(64);
  expect(refused.stderr).toContain('--force');
  expect(readFileSync(join(folder, 'a.yaml'), 'utf8')).toBe('mine');
  expect((await config(['init', '--out', 'a.yaml', '--force'])).code).toBe(0);
  expect(readFileSync(join(folder, 'a.yaml'), 'utf8')).toContain('product:');
});

test('check names every problem at once, with its place and its fix, and ends with 78', async () => {
  put('product: { code: abc }\ndimensions:\n  a: { meter: histogram }\ngate: { patience: 30 }\nlgo: {}\n');
  const { code, stdout, stderr } = await config(['check']);
  expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
  expect(stderr).toContain('3 problems in the configuration');
  expect(stderr).toMatch(
    /tollgate\.yaml:3:15 dimensions\.a\.meter: "histogram" is no meter\n {6}Fix: write sum, counter/,
  );
  expect(stderr).toMatch(/tollgate\.yaml:4:19 gate\.patience: 30 has no unit\n {6}Fix: /);
  expect(stderr).toMatch(/tollgate\.yaml:5:1 lgo: no such setting: did you mean log\?\n {6}Fix: /);
  expect(stderr).not.toContain('\u001b');
  const json = await config(['check', '--json']);
  expect(json.code).toBe(78);
  expect(JSON.parse(json.stdout)).toMatchObject({
    schema: 1,
    ok: false,
    problems: [{ line: 3 }, { line: 4 }, { line: 5 }].map(() => expect.anything()),
  });
});

test('check takes --config and says what it ignored', async () => {
  writeFileSync(join(folder, 'other.yaml'), LEAST);
  const { code, stdout } = await config(['check', '--config', 'other.yaml'], { TOLLGATE_PORT: 'tcp://10.0.0.1:80' });
  expect(code).toBe(0);
  expect(stdout).toBe(
    `ok: ${join(folder, 'other.yaml')}, not sealed, 0 warnings\n  TOLLGATE_PORT sets nothing and is ignored\n`,
  );
});

test('without any configuration the way to begin is told', async () => {
  const { code, stderr } = await config(['check']);
  expect(code).toBe(78);
  expect(stderr).toContain('tollgate config init');
});

test('show tells each setting and who said it', async () => {
  put(`${LEAST}metering: { policy: complete }\n`);
  const { stdout } = await config(['show', '--json'], { TOLLGATE_LOG_LEVEL: 'debug' });
  const shown = JSON.parse(stdout);
  expect(shown).toMatchObject({ schema: 1, sealed: false, source: { kind: 'file' } });
  expect(shown.settings).toMatchObject({
    'log.level': { value: 'debug', origin: 'TOLLGATE_LOG_LEVEL' },
    'gate.patience': { value: '30m', origin: 'default' },
    'product.code': { value: 'abc', origin: `${join(folder, 'tollgate.yaml')}:1` },
    'dimensions.requests': { value: { meter: 'sum', per: '0.5' } },
    'metering.onDoubt': { value: 'move', origin: expect.stringContaining('metering.policy') },
  });
  expect((await config(['show'])).stdout).toMatch(/^log\.level +info +default$/m);
});

test('schema is JSON Schema draft-7 with the settings, their defaults and descriptions', async () => {
  const schema = JSON.parse((await config(['schema'])).stdout);
  expect(schema).toMatchObject({
    $schema: 'http://json-schema.org/draft-07/schema#',
    additionalProperties: false,
    required: ['product'],
    properties: {
      product: { required: ['code'], properties: { code: { type: 'string', maxLength: 255 } } },
      dimensions: {
        maxProperties: 24,
        additionalProperties: {
          required: ['meter'],
          properties: { meter: { enum: ['sum', 'counter', 'max', 'average', 'last', 'unique'] } },
        },
      },
      gate: {
        properties: {
          patience: { type: 'string', default: '30m' },
          graceAfterPurchase: { type: 'boolean', default: false },
        },
      },
      door: { properties: { connections: { type: 'integer', minimum: 1, default: 64 } } },
    },
  });
  const undescribed = (node: { properties?: Record<string, object>; description?: string }, path: string): string[] =>
    node.properties === undefined
      ? node.description === undefined
        ? [path]
        : []
      : Object.entries(node.properties).flatMap(([key, child]) => undescribed(child, `${path}.${key}`));
  expect(undescribed(schema, '')).toEqual([]);
});
