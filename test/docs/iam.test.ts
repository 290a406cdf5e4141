import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { serve } from '../emulator/cli/program.ts';
import { temporaryFolder } from '../emulator/folder.ts';
import { blocksOf, textOf } from './support/documents.ts';

const page = textOf('docs/iam.md');

/** What the page says under a heading that Tollgate prints. */
const printed = (heading: string): readonly string[] => {
  const [, after = ''] = page.split(`\n### ${heading}\n`);
  return blocksOf(after.split(/^#/m)[0] ?? '', '');
};

const TOLLGATE = [process.execPath, join(process.env['TOLLGATE_DIST'] ?? '', 'tollgate.mjs')];

/** What `tollgate run` says on stderr in a home of the emulator whose role acme-metering is this one. */
const saidIn = async (role: object, home: readonly string[], before: readonly string[] = []): Promise<string> => {
  await using folder = await temporaryFolder();
  const [world, config] = [join(folder.path, 'world.yaml'), join(folder.path, 'tollgate.json')];
  await writeFile(world, JSON.stringify({ roles: { 'acme-metering': role } }));
  const listen = { listen: '127.0.0.1:0' };
  const product = { code: '4w1vgsrkqdkypbz43g7qkk4uz', pricing: 'usage' };
  const dimensions = { requests: { meter: 'sum' } };
  const rest = { ledger: { directory: folder.path }, gate: { patience: '1s' }, door: listen, health: listen };
  await writeFile(config, JSON.stringify({ product, dimensions, ...rest, log: { format: 'json' } }));
  await using aws = await serve(['--world', world]);
  return (await aws.run(...home, '--', ...before, ...TOLLGATE, 'run', '--config', config)).err;
};

const NAMES = ['--role', 'acme-metering', '--namespace', 'acme', '--service-account', 'acme'];
const BOTH = ['RegisterUsage', 'MeterUsage'];
const trusting = (namespace: string) => ({ sub: `system:serviceaccount:${namespace}:acme`, aud: 'sts.amazonaws.com' });

test.each([
  ['The role may not meter', { actions: [], trust: trusting('acme') }],
  ['The role trusts another service account', { actions: BOTH, trust: trusting('default') }],
])('%s: the page has what is logged first, word for word', async (heading, role) => {
  const [line = '', ...others] = printed(heading);
  expect(others).toEqual([]);
  const said = (await saidIn(role, ['pod', ...NAMES])).split('\n').find((one) => one.includes('"event":"verdict"'));
  const { time: _, ...logged } = JSON.parse(said ?? '{}');
  const { time: __, ...shown } = JSON.parse(line);
  expect(shown).toEqual(logged);
  expect(Object.keys(JSON.parse(line))).toEqual(Object.keys(JSON.parse(said ?? '{}')));
});

test('There is no role: the page has what is printed, word for word', async () => {
  const role = { actions: BOTH, trust: trusting('acme') };
  expect(printed('There is no role')).toEqual([
    await saidIn(role, ['pod', ...NAMES, '--no-irsa']),
    await saidIn(role, ['pod', ...NAMES, '--pod-identity']),
    await saidIn(role, ['task', '--role', 'acme-metering'], ['env', '-u', 'AWS_CONTAINER_CREDENTIALS_FULL_URI']),
  ]);
});
