import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { distWithStandIn, type Start, startWrapped } from '../support/wrapped.ts';

let dist = '';
beforeAll(async () => {
  dist = await distWithStandIn();
});

/** A product that says what it was told and ends when its stdin does. */
const reader = (start: Start = {}) =>
  startWrapped(dist, ['exec', '--', 'sh', '-c', 'echo "$TOLLGATE_URL"; cat >/dev/null; exit 6'], {
    stdio: ['pipe', 'pipe', 'pipe'],
    ...start,
  });

const times = (text: string, part: string): number => text.split(part).length - 1;

test.each([
  ['crash', 'the stand-in crashed'],
  ['exhaust', 'memory'],
])('when the agent fails (%s) the product goes on, and a new agent serves the same address', async (order, why) => {
  const wrapped = reader();
  await wrapped.said('http://127.0.0.1:8787');
  wrapped.order(order);
  await wrapped.noted('the agent is started again');
  await wrapped.noted(why);
  await wrapped.toldOf('started', 2);
  wrapped.child.stdin?.end();
  expect((await wrapped.ended).code).toBe(6);
  expect(wrapped.told().filter((entry) => 'started' in entry)).toEqual([
    { started: true, handedOver: null },
    { started: true, handedOver: { TOLLGATE_URL: 'http://127.0.0.1:8787', TOLLGATE_TOKEN_FILE: '/run/token' } },
  ]);
  expect(times(wrapped.stdout(), 'http')).toBe(1);
});

test('an agent that failed is started once more for its last flush when the product ends before', async () => {
  const wrapped = reader();
  await wrapped.said('http');
  wrapped.order('crash');
  await wrapped.noted('the agent is started again');
  wrapped.child.kill('SIGTERM');
  await wrapped.ended;
  expect(wrapped.told().at(-1)).toMatchObject({ stop: 'signal' });
});

test('an agent that fails before the product runs ends the wrapper with 1', async () => {
  const wrapped = reader({ script: { verdict: 'pending' } });
  await wrapped.toldOf('started');
  wrapped.order('crash');
  expect((await wrapped.ended).code).toBe(1);
  expect(wrapped.stderr()).toContain('the stand-in crashed');
  expect(wrapped.stdout()).toBe('');
});

test('O17 a rejection that nobody awaits is logged with its stack and without its secret, and nothing ends', async () => {
  const wrapped = reader();
  await wrapped.said('http');
  wrapped.order('reject');
  await wrapped.noted('nobody awaits this');
  wrapped.child.stdin?.end();
  expect((await wrapped.ended).code).toBe(6);
  expect(wrapped.stderr()).toContain('worker.mjs:');
  expect(wrapped.stderr()).not.toContain('hunter2');
  expect(wrapped.told().filter((entry) => 'started' in entry)).toHaveLength(1);
});

test('what a library prints goes to the log, never into the stdout of the product', async () => {
  const wrapped = reader();
  await wrapped.said('http');
  wrapped.order('print');
  await wrapped.noted('a library printed');
  wrapped.child.stdin?.end();
  await wrapped.ended;
  expect(wrapped.stdout()).toBe('http://127.0.0.1:8787\n');
});

test('an agent that hangs is replaced, as often as it hangs, while the product goes on', async () => {
  const wrapped = startWrapped(dist, [join(dist, 'worker.mjs'), 'sh', '-c', 'echo ready; cat >/dev/null; exit 6'], {
    program: join(import.meta.dirname, '../support/programs/supervised.ts'),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  await wrapped.said('ready');
  for (const hangs of [1, 2, 3]) {
    wrapped.order('hang');
    await wrapped.toldOf('started', hangs + 1);
  }
  wrapped.child.stdin?.end();
  expect((await wrapped.ended).code).toBe(6);
  expect(times(wrapped.stderr(), '"message":"the agent\'s thread has not moved for 2 s"')).toBe(3);
});
