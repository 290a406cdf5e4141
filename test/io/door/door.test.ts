import { expect, test } from '@jest/globals';
import { TollgateError } from '../../../src/agent/core/errors.ts';
import type { Verdict } from '../../../src/agent/core/gate/verdict.ts';
import { rawConnection } from '../../support/rawHttp.ts';
import { NOW, post, REPORT, startDoor, verdictOf } from '../../support/startDoor.ts';

test.each([
  ['granted', 200, null],
  ['exempt', 200, null],
  ['refused', 403, null],
  ['pending', 503, '5'],
] as const)('the verdict %s: %i', async (value, status, retryAfter) => {
  const verdict: Verdict = verdictOf(value, { remedy: 'subscribe', exitCode: 77 });
  await using world = await startDoor({ handlers: { verdict: () => verdict, started: () => value === 'granted' } });
  const answer = await fetch(`${world.url}/v1/entitlement?x=1`);
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([status, retryAfter]);
  expect(await answer.json()).toEqual({
    verdict: value,
    reason: `it is ${value}`,
    since: new Date(NOW).toISOString(),
    remedy: 'subscribe',
    confirmed: true,
    remembered: false,
    exitCode: 77,
    started: value === 'granted',
  });
});

test('the OpenAPI document is served', async () => {
  await using world = await startDoor();
  const answer = await fetch(`${world.url}/openapi.json`);
  expect([answer.status, ((await answer.json()) as { openapi: string }).openapi]).toEqual([200, '3.1.0']);
});

test('a status that fails is an answer of its own, and the reason stays in the log', async () => {
  await using world = await startDoor({ handlers: { status: () => Promise.reject(new Error('secret thing')) } });
  const answer = await fetch(`${world.url}/v1/status`);
  expect(answer.status).toBe(500);
  expect(await answer.text()).not.toContain('secret thing');
  expect(world.lines).toMatchObject([{ level: 'error', event: 'listener_error', fields: { path: '/v1/status' } }]);
});

test('without a ledger there is no header of it', async () => {
  await using world = await startDoor({ handlers: { ledgerId: () => undefined } });
  expect((await fetch(`${world.url}/v1/status`)).headers.has('tollgate-ledger')).toBe(false);
});

test('draining refuses new reports and ends connections by their next answer; what was taken before is answered', async () => {
  let accept = (): void => {};
  await using world = await startDoor({
    handlers: {
      take: (reports) =>
        new Promise((resolve) => {
          accept = () => resolve({ kind: 'accepted', accepted: reports.length, duplicates: 0, late: 0, untagged: 0 });
        }),
    },
  });
  const under = await rawConnection(world.port);
  const idle = await rawConnection(world.port);
  const half = await rawConnection(world.port);
  under.write(post(REPORT));
  half.write(post(REPORT).subarray(0, -5));
  idle.write('GET /v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n');
  expect((await idle.answer())?.headers['connection']).toBe('keep-alive');

  world.door.drain();
  accept();
  expect(await under.answer()).toMatchObject({ status: 202, headers: { connection: 'close' } });
  idle.write(post(REPORT));
  expect(await idle.answer()).toMatchObject({ status: 503, headers: { connection: 'close', 'retry-after': '5' } });
  half.write(REPORT.slice(-5));
  expect(await half.answer()).toMatchObject({ status: 503, headers: { connection: 'close' } });
  // Who only looks may still look.
  const late = await fetch(`${world.url}/v1/entitlement`);
  expect([late.status, late.headers.get('connection')]).toEqual([200, 'close']);
  for (const connection of [under, idle, half]) expect((await connection.closed()).reset).toBe(false);
});

test('who kept a connection is known to have been dismissed; who would not have kept it is not', async () => {
  await using world = await startDoor();
  const [kept, once] = await Promise.all([rawConnection(world.port), rawConnection(world.port)]);
  kept.write(post(REPORT));
  expect((await kept.answer())?.headers['connection']).toBe('keep-alive');
  world.door.closeAfterAnswers();
  once.write(post(REPORT, { Connection: 'close' }));
  expect(await once.answer()).toMatchObject({ status: 202, headers: { connection: 'close' } });
  expect(world.door.idleFor().dismissed).toBe(false);
  kept.write(post(REPORT));
  expect(await kept.answer()).toMatchObject({ status: 202, headers: { connection: 'close' } });
  expect(world.door.idleFor().dismissed).toBe(true);
  for (const connection of [kept, once]) expect((await connection.closed()).reset).toBe(false);
});

test('stopping writes the answers under way, then nobody listens', async () => {
  let accept = (): void => {};
  const world = await startDoor({
    handlers: {
      take: () =>
        new Promise((resolve) => {
          accept = () => resolve({ kind: 'accepted', accepted: 1, duplicates: 0, late: 0, untagged: 0 });
        }),
    },
  });
  const connection = await rawConnection(world.port);
  const silent = await rawConnection(world.port);
  connection.write(post(REPORT));
  await fetch(`${world.url}/v1/status`);
  const stopped = world.door.stop();
  accept();
  expect(await connection.answer()).toMatchObject({ status: 202, headers: { connection: 'close' } });
  await stopped;
  await silent.closed();
  await expect(fetch(`${world.url}/v1/status`)).rejects.toThrow();
});

test('idleFor knows connections and requests under way', async () => {
  let accept = (): void => {};
  await using world = await startDoor({
    handlers: {
      take: () =>
        new Promise((resolve) => {
          accept = () => resolve({ kind: 'accepted', accepted: 1, duplicates: 0, late: 0, untagged: 0 });
        }),
    },
  });
  const before = world.door.idleFor();
  expect(before.connections).toBe(0);
  expect(before.silent).toBeGreaterThan(0);
  const connection = await rawConnection(world.port);
  connection.write(post(REPORT));
  while (world.door.idleFor().silent > 0) await new Promise(setImmediate);
  accept();
  await connection.answer();
  expect(world.door.idleFor().connections).toBe(1);
  while (world.door.idleFor().silent === 0) await new Promise(setImmediate);
  connection.end();
  while (world.door.idleFor().connections > 0) await new Promise(setImmediate);
});

test('beyond loopback a door without a token does not open', async () => {
  const opening = startDoor({ listen: { kind: 'tcp', host: '0.0.0.0', port: 0 } });
  await expect(opening).rejects.toThrow(TollgateError);
  await expect(opening).rejects.toMatchObject({ exitCode: 78, remedy: expect.stringContaining('door.tokenFile') });
});

test('beyond loopback it is reached by any name, like that of a Service, but only with its token', async () => {
  await using world = await startDoor({ listen: { kind: 'tcp', host: '0.0.0.0', port: 0 }, token: 't' });
  const connection = await rawConnection(world.port, '127.0.0.2');
  for (const Host of ['127.0.0.2:1', '192.0.2.1', 'acme-tollgate:8787', 'acme-tollgate.shop.svc.cluster.local']) {
    connection.write(post(REPORT, { Host, Authorization: 'Bearer t' }));
    expect((await connection.answer())?.status).toBe(202);
    connection.write(post(REPORT, { Host }));
    expect((await connection.answer())?.status).toBe(401);
  }
  connection.write(post(REPORT, { Host: 'acme-tollgate', Authorization: 'Bearer t', Origin: 'http://acme-tollgate' }));
  expect((await connection.answer())?.status).toBe(403);
  connection.end();
});

test('a token does not open a loopback door to other names', async () => {
  await using world = await startDoor({ token: 't' });
  const connection = await rawConnection(world.port);
  connection.write(post(REPORT, { Host: 'acme-tollgate:8787', Authorization: 'Bearer t' }));
  expect((await connection.answer())?.status).toBe(403);
  connection.end();
});
