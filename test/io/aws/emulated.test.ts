import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Emulated, startEmulator } from '../../support/emulated.ts';

const run = promisify(execFile);
const PROGRAM = fileURLToPath(new URL('../../support/programs/callAws.ts', import.meta.url));
const PRODUCT = '4w1vgsrkqdkypbz43g7qkk4uz';

let emulator: Emulated;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.stop());

/** Runs the program in one of the emulator's homes, with options of that home. */
const callIn = async (home: string, ...options: readonly string[]) => {
  const [node = '', program = '', , ...rest] = emulator.task(`${home}${options.join('')}`, PRODUCT);
  const end = rest.indexOf('--');
  const args = [program, home, ...rest.slice(0, end), ...options, '--', process.execPath, PROGRAM, PRODUCT];
  const { stdout } = await run(node, args);
  return JSON.parse(stdout) as { readonly platform: string; readonly resource: string; readonly answers: unknown };
};

const metered = [
  expect.any(Number),
  expect.objectContaining({ kind: 'ok' }),
  expect.objectContaining({ kind: 'ok', body: { recordId: expect.any(String) } }),
  expect.objectContaining({ kind: 'ok', body: { recordId: expect.any(String) } }),
];

const HOMES = [
  ['task', [], 'ecs', /^arn:aws:ecs:us-east-1:111122223333:task\//],
  ['task', ['--launch-type', 'EC2'], 'ecs', /^arn:aws:ecs:us-east-1:111122223333:task\//],
  ['pod', [], 'eks', /^[0-9a-f-]{36}$/],
  ['instance', [], 'ec2', /^i-[0-9a-f]+$/],
] as const;

test('the emulator takes and bills what each home sends', async () => {
  for (const [home, options, platform, resource] of HOMES) {
    const called = await callIn(home, ...options);
    expect(called).toEqual({ platform, resource: expect.stringMatching(resource), answers: metered });
  }
  expect(emulator.bill(PRODUCT)).toEqual({ requests: '160', data_gb: '6' });
});

test.each([['--no-irsa'], ['--pod-identity']])('a pod with %s calls nobody', async (option) => {
  const before = emulator.ask('calls', '--json');
  await expect(callIn('pod', option)).rejects.toThrow(/role|Pod Identity/);
  expect(emulator.ask('calls', '--json')).toBe(before);
});
