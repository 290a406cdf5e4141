import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { madeFiles } from '../../scripts/charts/files.ts';
import { CHART_NAMES } from '../../scripts/charts/schemas.ts';
import { documentedValues, undocumented } from '../../scripts/charts/values.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

type Schema = {
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
};

/** Every property of a schema with its path. */
const propertiesOf = (
  { properties = {} }: Schema,
  path: readonly string[] = [],
): readonly (readonly [string, Schema])[] =>
  Object.entries(properties).flatMap(([key, property]) => {
    const here = [...path, key];
    return [[here.join('.'), property] as const, ...propertiesOf(property, here)];
  });

const addOn = (): Schema => JSON.parse(read('charts/tollgate/aws_mp_configuration_schema.json')) as Schema;

test('the schemas and tables of values are those that "npm run charts" makes', async () => {
  for (const { path, text } of await madeFiles(root)) expect([path, read(path)]).toEqual([path, text]);
});

test.each(CHART_NAMES)('%s: every value has its line', (chart) => {
  expect(undocumented(read(`charts/${chart}/values.yaml`))).toEqual([]);
});

test.each(CHART_NAMES)('%s: the schema knows every value by the line above it, and no other', (chart) => {
  const values = documentedValues(read(`charts/${chart}/values.yaml`));
  const schema = JSON.parse(read(`charts/${chart}/values.schema.json`)) as Schema & { additionalProperties: boolean };
  const known = new Map(propertiesOf(schema));
  for (const { path, description } of values) expect(known.get(path.join('.'))?.description).toBe(description);
  expect(schema.additionalProperties).toBe(false);
  const sections = new Set(values.map(({ path }) => path[0]));
  const others = Object.keys(schema.properties ?? {}).filter((key) => !sections.has(key));
  expect(others.sort()).toEqual(chart === 'tollgate' ? ['global', 'tollgate-lib'] : ['global']);
});

test('the schema of the configuration is the whole one', () => {
  const schema = JSON.parse(read('charts/tollgate/values.schema.json')) as Schema;
  const paths = propertiesOf(schema.properties?.['config'] ?? {}).map(([path]) => path);
  expect(paths).toEqual(
    expect.arrayContaining(['metering.whenFailing.do', 'ledger.dedupe.keep', 'product.publicKeys']),
  );
});

test('of an add-on every property has a description, a name in camelCase and the default of the values', () => {
  const values = parse(read('charts/tollgate/values.yaml')) as Record<string, unknown>;
  for (const [path, { description, default: standard, properties }] of propertiesOf(addOn())) {
    expect([path, description ?? '']).toEqual([path, expect.stringMatching(/^[A-Z].*\.$/)]);
    expect(path).toMatch(/^[a-z][a-zA-Z0-9]*(\.[a-z][a-zA-Z0-9]*)*$/);
    if (standard === undefined && properties !== undefined) continue;
    const inForce = path
      .split('.')
      .reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], values);
    if (standard !== undefined) expect([path, standard]).toEqual([path, inForce]);
  }
});

test("an add-on offers nothing that AWS's rules forbid", () => {
  const names = propertiesOf(addOn()).map(([path]) => path);
  expect(names).toEqual(expect.arrayContaining(['logLevel', 'resources', 'nodeSelector', 'tolerations', 'affinity']));
  expect(
    names.filter((name) => /secret|token|region|image|probe|serviceAccount|config|cluster|vpc/i.test(name)),
  ).toEqual([]);
});
