import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { distWithStandIn, type Start, startWrapped } from '../support/wrapped.ts';

let dist = '';
beforeAll(async () => {
  dist = await distWithStandIn();
});

const PRODUCT = join(import.meta.dirname, '../support/programs/signalled.ts');
const PIPES: Start['stdio'] = ['pipe', 'pipe', 'pipe'];

const product = (script: Start['script'] = {}, ...args: readonly string[]) =>
  startWrapped(dist, ['exec', '--', process.execPath, PRODUCT, ...args], { script, stdio: PIPES });

const ALL = ['SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH', 'SIGCONT', 'SIGTSTP', 'SIGINT', 'SIGQUIT', 'SIGTERM'] as const;

test.each([
  ['the wrapper', 1],
  ['its process group', -1],
])('every signal sent to %s reaches the product once', async (_who, sign) => {
  const wrapped = product();
  await wrapped.said('ready');
  for (const name of ALL) {
    process.kill(sign * (wrapped.child.pid ?? 0), name);
    await wrapped.said(`${name}\n`);
  }
  wrapped.child.stdin?.end();
  expect(await wrapped.ended).toEqual({ code: 5, signal: null });
  expect(wrapped.stdout()).toBe(['ready', ...ALL, ''].join('\n'));
});

test('SIGUSR1 opens no debugger, neither before nor after the product starts', async () => {
  const wrapped = startWrapped(
    dist,
    ['exec', '--', 'sh', '-c', 'trap "echo got" USR1; echo ready; while :; do read x || exit; done'],
    {
      script: { verdict: 'pending' },
      stdio: PIPES,
    },
  );
  await wrapped.toldOf('started');
  wrapped.child.kill('SIGUSR1');
  wrapped.order('grant');
  await wrapped.said('ready');
  wrapped.child.kill('SIGUSR1');
  wrapped.child.stdin?.write('turn\n');
  await wrapped.said('got');
  wrapped.child.stdin?.end();
  await wrapped.ended;
  expect(wrapped.stdout()).toBe('ready\ngot\n');
  expect(wrapped.stderr()).not.toMatch(/debugger/i);
});

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
  ['SIGQUIT', 131],
] as const)('%s while the verdict is pending ends the wrapper, the product never having run', async (name, code) => {
  const wrapped = startWrapped(dist, ['exec', '--', 'echo', 'ran'], { script: { verdict: 'pending' } });
  await wrapped.toldOf('started');
  wrapped.child.kill(name);
  expect(await wrapped.ended).toEqual({ code, signal: null });
  expect(wrapped.stdout()).toBe('');
});

test('a stop does not wait for an agent that has not even started', async () => {
  const wrapped = startWrapped(dist, ['exec', '--', 'echo', 'ran'], { script: { slowStart: true, grace: 600_000 } });
  await wrapped.toldOf('started');
  wrapped.child.kill('SIGTERM');
  expect((await wrapped.ended).code).toBe(143);
});

test('HUP while the verdict is pending ends nothing', async () => {
  const wrapped = startWrapped(dist, ['exec', '--', 'echo', 'ran'], { script: { verdict: 'pending' } });
  await wrapped.toldOf('started');
  wrapped.child.kill('SIGHUP');
  wrapped.order('grant');
  expect((await wrapped.ended).code).toBe(0);
  expect(wrapped.stdout()).toBe('ran\n');
});

test.each(['SIGTERM', 'SIGINT', 'SIGQUIT'] as const)(
  'after %s the agent drains when the product has ended, within what is left of the grace period',
  async (name) => {
    const wrapped = product({ grace: 500_000, drain: 1_000 });
    await wrapped.said('ready');
    wrapped.child.kill(name);
    await wrapped.said(name);
    expect(wrapped.told().some((entry) => 'stop' in entry)).toBe(false);
    wrapped.child.stdin?.end();
    expect((await wrapped.ended).code).toBe(5);
    const last = wrapped.told().at(-1);
    expect(last).toMatchObject({ stop: 'signal' });
    expect(Number(last?.['budget'])).toBeLessThan(500_000);
    expect(Number(last?.['budget'])).toBeGreaterThan(1_000);
  },
);

test('a product that does not end by grace - drain is killed, and the last flush has its time', async () => {
  const wrapped = product({ grace: 60_300, drain: 60_000 }, '--stubborn');
  await wrapped.said('ready');
  wrapped.child.kill('SIGTERM');
  expect(await wrapped.ended).toEqual({ code: 137, signal: null });
  expect(wrapped.told().at(-1)).toMatchObject({ stop: 'signal' });
  expect(Number(wrapped.told().at(-1)?.['budget'])).toBeGreaterThan(30_000);
  expect(wrapped.stderr()).toContain('killed');
});

test('a second TERM reaches the product, and then nothing is waited for', async () => {
  const wrapped = product({ grace: 600_000, drain: 1_000, slowStop: true });
  await wrapped.said('ready');
  wrapped.child.kill('SIGTERM');
  await wrapped.said('SIGTERM\n');
  wrapped.child.kill('SIGTERM');
  await wrapped.said('SIGTERM\nSIGTERM\n');
  wrapped.child.stdin?.end();
  expect((await wrapped.ended).code).toBe(5);
});

test('a second TERM during the drain ends it', async () => {
  const wrapped = product({ grace: 600_000, drain: 1_000, slowStop: true });
  await wrapped.said('ready');
  wrapped.child.kill('SIGTERM');
  await wrapped.said('SIGTERM\n');
  wrapped.child.stdin?.end();
  await wrapped.toldOf('stop');
  wrapped.child.kill('SIGTERM');
  expect((await wrapped.ended).code).toBe(5);
  expect(wrapped.told().at(-1)).toEqual({ hurried: true });
});

test('the first TERM during the drain of a product that ended by itself cuts nothing short', async () => {
  const wrapped = product({ grace: 1_500, drain: 500, slowStop: true });
  await wrapped.said('ready');
  wrapped.child.stdin?.end();
  await wrapped.toldOf('stop');
  wrapped.child.kill('SIGTERM');
  expect((await wrapped.ended).code).toBe(5);
  expect(wrapped.told().at(-1)).toMatchObject({ stop: 'childCrashed' });
});

test('a refusal after a remembered grant stops the product as TERM does', async () => {
  const wrapped = product();
  await wrapped.said('ready');
  wrapped.order('refuse');
  await wrapped.said('SIGTERM');
  wrapped.child.stdin?.end();
  expect((await wrapped.ended).code).toBe(5);
  expect(wrapped.stderr()).toContain('it may no longer run');
  expect(wrapped.told().at(-1)).toMatchObject({ stop: 'signal' });
});
