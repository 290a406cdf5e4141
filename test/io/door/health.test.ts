import { expect, test } from '@jest/globals';
import { makeHealth } from '../../../src/agent/io/door/health.ts';
import { rawConnection } from '../../support/rawHttp.ts';
import { collectingLog, verdictOf } from '../../support/startDoor.ts';

const startHealth = async () => {
  const state = { verdict: verdictOf('pending'), started: false, notReady: undefined as string | undefined };
  const { log, lines } = collectingLog();
  const health = makeHealth({
    listen: { kind: 'tcp', host: '0.0.0.0', port: 0 },
    log,
    handlers: {
      verdict: () => state.verdict,
      started: () => state.started,
      notReady: () => state.notReady,
      metrics: async () => 'tollgate_verdict 1\n',
    },
  });
  const { url } = await health.start();
  const { port } = new URL(url);
  const get = async (path: string, init?: RequestInit) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, init);
    return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
  };
  const statuses = async () => {
    const [startz, readyz, healthz] = [await get('/startz'), await get('/readyz'), await get('/healthz')];
    return [startz.status, readyz.status, healthz.status];
  };
  return { state, get, statuses, lines, port: Number(port), [Symbol.asyncDispose]: () => health.stop() };
};

test('the probes follow the gate: started stays started, ready may end, health never minds', async () => {
  await using world = await startHealth();
  expect(await world.statuses()).toEqual([503, 503, 200]);

  Object.assign(world.state, { started: true, verdict: verdictOf('granted') });
  expect(await world.statuses()).toEqual([200, 200, 200]);

  world.state.notReady = 'standby: another replica leads';
  expect(await world.statuses()).toEqual([200, 503, 200]);
  expect(JSON.parse((await world.get('/readyz')).text)).toMatchObject({ notReady: 'standby: another replica leads' });

  Object.assign(world.state, { notReady: undefined, verdict: verdictOf('refused', { exitCode: 77 }) });
  expect(await world.statuses()).toEqual([200, 200, 200]);
});

test("a probe says verdict and exit code, but none of AWS's words", async () => {
  await using world = await startHealth();
  world.state.verdict = verdictOf('refused', { exitCode: 77, reason: 'arn:aws:iam::123456789012:role/x' });
  expect(JSON.parse((await world.get('/startz')).text)).toEqual({ verdict: 'refused', exitCode: 77, started: false });
});

test('a kubelet may call it by the address of the pod', async () => {
  await using world = await startHealth();
  const connection = await rawConnection(world.port);
  connection.write('GET /healthz HTTP/1.1\r\nHost: 10.1.2.3:8788\r\nX-Forwarded-For: 10.0.0.1\r\n\r\n');
  expect((await connection.answer())?.status).toBe(200);
  connection.end();
});

test('metrics are Prometheus text', async () => {
  await using world = await startHealth();
  expect(await world.get('/metrics')).toEqual({
    status: 200,
    type: 'text/plain; version=0.0.4; charset=utf-8',
    text: 'tollgate_verdict 1\n',
  });
});

test('there is nothing else, and nothing to write', async () => {
  await using world = await startHealth();
  for (const path of ['/', '/v1/usage', '/v1/status', '/healthz/']) expect((await world.get(path)).status).toBe(404);
  expect((await world.get('/healthz', { method: 'POST', body: 'x' })).status).toBe(405);
});
