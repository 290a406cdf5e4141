import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Verdict } from '../../src/agent/core/gate/verdict.ts';
import { makeHealth } from '../../src/agent/io/door/health.ts';
import { collectingLog, startDoor, verdictOf } from '../support/startDoor.ts';
import { startTollgate, tollgate } from '../support/tollgate.ts';

const startGate = async (first: Verdict) => {
  const state = { verdict: first, started: false };
  const handlers = { verdict: () => state.verdict, started: () => state.started };
  const door = await startDoor({ handlers });
  return { ...door, state };
};

test('check: 69 while pending, the code of a refusal, 0 once granted and ever after', async () => {
  await using world = await startGate(verdictOf('pending', { exitCode: 78, remedy: 'attach the policy' }));
  const check = () => tollgate(['gate', 'check'], { TOLLGATE_URL: world.url });
  const pending = await check();
  expect(pending).toMatchObject({ code: 69, stdout: '' });
  expect(pending.stderr).toMatch(/pending: it is pending[\s\S]*attach the policy/);

  world.state.verdict = verdictOf('refused', { exitCode: 76 });
  expect((await check()).code).toBe(76);

  Object.assign(world.state, { verdict: verdictOf('granted'), started: true });
  expect(await check()).toEqual({ code: 0, stdout: 'granted\n', stderr: '' });

  world.state.verdict = verdictOf('refused', { exitCode: 77 });
  expect((await check()).code).toBe(0);
});

test('check asks the health listener, which needs no token, and the door when that is silent', async () => {
  await using world = await startDoor({ token: 'secret-token', handlers: { started: () => false } });
  const started = { value: true };
  const health = makeHealth({
    listen: { kind: 'tcp', host: '0.0.0.0', port: 0 },
    log: collectingLog().log,
    handlers: {
      verdict: () => verdictOf('granted'),
      started: () => started.value,
      notReady: () => undefined,
      metrics: async () => '',
    },
  });
  const { url } = await health.start();
  const env = {
    TOLLGATE_DOOR_LISTEN: `127.0.0.1:${world.port}`,
    TOLLGATE_HEALTH_LISTEN: `0.0.0.0:${new URL(url).port}`,
    TOLLGATE_LEDGER_DIRECTORY: '/nowhere',
  };
  expect((await tollgate(['gate', 'check'], env)).code).toBe(0);
  await health.stop();
  // Now the door, which wants a token.
  expect((await tollgate(['gate', 'check'], env)).code).toBe(78);
});

test('check without an agent: 69', async () => {
  const ended = await tollgate(['gate', 'check'], { TOLLGATE_URL: 'http://127.0.0.1:9' });
  expect(ended).toMatchObject({ code: 69, stderr: expect.stringContaining('no agent answers') });
});

test('wait begins before there is an agent, and ends when the product may run', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'tollgate-gate-')), 'door.sock');
  const waiting = startTollgate(['gate', 'wait', '--url', `unix:${path}`]);
  let asked = 0;
  const state = { started: false };
  await using _world = await startDoor({
    listen: { kind: 'unix', path },
    handlers: {
      verdict: () => {
        asked += 1;
        return verdictOf(state.started ? 'exempt' : 'pending');
      },
      started: () => state.started,
    },
  });
  while (asked < 2) await new Promise(setImmediate);
  expect(waiting.stdout()).toBe('');
  state.started = true;
  expect(await waiting.ended).toEqual({ code: 0, stdout: 'exempt\n', stderr: '' });
});

test('wait ends at once with a refusal, whatever its code, and at the time-out with 69', async () => {
  await using world = await startGate(verdictOf('refused', { exitCode: 77, remedy: 'subscribe' }));
  const wait = (...more: string[]) => tollgate(['gate', 'wait', '--url', world.url, ...more]);
  expect(await wait()).toMatchObject({ code: 77, stderr: expect.stringContaining('subscribe') });
  world.state.verdict = verdictOf('refused', { exitCode: 69 });
  expect((await wait()).code).toBe(69);
  world.state.verdict = verdictOf('pending');
  expect(await wait('--timeout', '0s')).toMatchObject({ code: 69, stderr: expect.stringContaining('pending') });
  expect((await wait('--timeout', 'soon')).code).toBe(64);
});

test('wait ends with 69 when the agent has ended that it was told of, and not before', async () => {
  let asked = 0;
  const verdict = () => {
    asked += 1;
    return verdictOf('pending');
  };
  await using world = await startDoor({ handlers: { verdict, started: () => false } });
  const agent = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const ended = once(agent, 'exit');
  const waiting = startTollgate(['gate', 'wait', '--url', world.url, '--pid', String(agent.pid)]);
  while (asked < 3) await new Promise(setImmediate);
  agent.kill();
  await ended;
  const { code, stderr } = await waiting.ended;
  expect({ code, stderr }).toEqual({ code: 69, stderr: expect.stringContaining(`process ${agent.pid}, has ended`) });
  for (const wrong of ['0', 'x', '-1'])
    expect((await tollgate(['gate', 'wait', '--url', world.url, `--pid=${wrong}`])).code).toBe(64);
});
