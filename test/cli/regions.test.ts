import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { TABLE } from '../../src/regions/index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tollgate-cli-regions-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const regions = (args: readonly string[], env: Readonly<Record<string, string>> = {}): string =>
  execFileSync(process.execPath, [join(process.env['TOLLGATE_DIST'] ?? '', 'tollgate.mjs'), 'regions', ...args], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });

const here = (env: Readonly<Record<string, string>>) => JSON.parse(regions(['--json'], env)).here;

test('the table is printed Region by Region, with every row, its source and its date', () => {
  const text = regions([]);
  expect(text).toMatch(/^us-east-1( +yes){6}$/m);
  expect(text).toMatch(/^af-south-1 +no +no +unlisted +no +yes +no$/m);
  for (const { id, source, seen } of TABLE) {
    expect(text).toContain(`  ${id}: `);
    expect(text).toContain(`${source}, seen ${seen}`);
  }
  expect(text).toContain('Here: cannot tell');
  expect(text).not.toContain('\u001b');
});

test('it says what is decided here, for the platform that the environment looks like', () => {
  expect(here({ AWS_REGION: 'af-south-1', ECS_CONTAINER_METADATA_URI_V4: 'http://169.254.170.2/v4/x' })).toMatchObject({
    platform: { name: 'ecs' },
    region: { name: 'af-south-1', source: 'AWS_REGION' },
    rulings: [
      { operation: 'RegisterUsage', decision: 'refused' },
      { operation: 'MeterUsage', decision: 'unlisted' },
    ],
  });
  expect(here({ AWS_DEFAULT_REGION: 'af-south-1', KUBERNETES_SERVICE_HOST: '10.0.0.1' })).toMatchObject({
    platform: { name: 'eks' },
    region: { source: 'AWS_DEFAULT_REGION' },
    rulings: [{ decision: 'refused' }, { decision: 'refused', row: 'eks-11' }],
  });
  expect(here({ AWS_REGION: 'us-gov-west-1' })).toMatchObject({ platform: { name: 'ec2' }, trouble: null });
});

test('two Regions that disagree are both named', () => {
  const { region, trouble, rulings } = here({ AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'us-east-1' });
  expect({ region, rulings }).toEqual({ region: null, rulings: [] });
  expect(trouble).toBe('AWS_REGION says "eu-west-1" and AWS_DEFAULT_REGION says "us-east-1"');
});

test("the configuration's pricing and Regions count", () => {
  writeFileSync(
    join(folder, 'tollgate.yaml'),
    'product: { code: abc, extraRegions: [af-south-1] }\ndimensions: { requests: { meter: sum } }\n',
  );
  expect(here({ AWS_REGION: 'af-south-1', KUBERNETES_SERVICE_HOST: '10.0.0.1' }).rulings).toEqual([
    expect.objectContaining({ operation: 'MeterUsage', decision: 'supported', row: 'configuration' }),
  ]);
});
