import { expect, test } from '@jest/globals';
import type { Receipt } from '../../../src/agent/core/usage/report.ts';
import { TIMES } from '../../../src/agent/io/door/web.ts';
import { rawConnection } from '../../support/rawHttp.ts';
import { post, REPORT, startDoor } from '../../support/startDoor.ts';

const ACCEPTED: Receipt = { kind: 'accepted', accepted: 1, duplicates: 0, late: 0, untagged: 0 };

test.each([
  ['nonsense', 'hello\r\n\r\n', 400],
  ['a request line of another protocol', 'GET / HTTP/9.9\r\n\r\n', 400],
  ['TLS', Buffer.from('160301020001000001fc0303', 'hex'), 400],
  ['a header without a colon', 'GET /v1/status HTTP/1.1\r\nHost localhost\r\n\r\n', 400],
  ['a header with a line break in it', 'GET /v1/status HTTP/1.1\r\nHost: localhost\r\n x: y\r\n\r\n', 400],
  ['a length that is no number', 'POST /v1/usage HTTP/1.1\r\nHost: a\r\nContent-Length: ten\r\n\r\n', 400],
  ['a negative length', 'POST /v1/usage HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n', 400],
  ['two lengths', 'POST /v1/usage HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400],
  [
    'both length and chunks',
    'POST /v1/usage HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    400,
  ],
  ['headers without end', `GET /v1/status HTTP/1.1\r\nX: ${'x'.repeat(20_000)}`, 431],
  ['an address without end', `GET /${'x'.repeat(20_000)}`, 431],
  ['no Host', 'GET /v1/status HTTP/1.1\r\n\r\n', 400],
  ['another Host', 'GET /v1/status HTTP/1.1\r\nHost: evil.example\r\n\r\n', 403],
  ['a browser', 'GET /v1/status HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost:3000\r\n\r\n', 403],
  ['a tunnel', 'CONNECT example.com:443 HTTP/1.1\r\nHost: localhost\r\n\r\n', 405],
  ['a proxy request', 'GET http://example.com/ HTTP/1.1\r\nHost: localhost\r\n\r\n', 404],
  ['another expectation', 'GET /v1/status HTTP/1.1\r\nHost: localhost\r\nExpect: miracles\r\n\r\n', 417],
  ['a route that is none', 'GET /v1/usages HTTP/1.1\r\nHost: localhost\r\n\r\n', 404],
  ['a route of every object', 'GET /__proto__ HTTP/1.1\r\nHost: localhost\r\n\r\n', 404],
  [
    'an upgrade',
    'GET /v1/status HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
    200,
  ],
])('%s is answered in words, nothing counts, the door lives on', async (_name, bytes, status) => {
  await using world = await startDoor();
  const connection = await rawConnection(world.port);
  connection.write(bytes);
  const answer = await connection.answer();
  expect(answer?.status).toBe(status);
  if (status >= 400) {
    expect(answer?.headers['content-type']).toBe('application/problem+json');
    expect(JSON.parse(answer?.body ?? '')).toMatchObject({ status, detail: expect.any(String) });
  }
  connection.end();
  expect(world.counted()).toBe(0);
  expect((await fetch(`${world.url}/v1/status`)).status).toBe(200);
});

test('the wrong method is told the right ones', async () => {
  await using world = await startDoor();
  const allowed = async (method: string, path: string) => {
    const answer = await fetch(`${world.url}${path}`, { method });
    return [answer.status, answer.headers.get('allow')];
  };
  expect(await allowed('DELETE', '/v1/usage')).toEqual([405, 'POST']);
  expect(await allowed('GET', '/v1/usage')).toEqual([405, 'POST']);
  expect(await allowed('POST', '/v1/status')).toEqual([405, 'GET, HEAD']);
  expect(await allowed('OPTIONS', '/v1/entitlement')).toEqual([405, 'GET, HEAD']);
});

test('HEAD is GET without the body', async () => {
  await using world = await startDoor();
  const connection = await rawConnection(world.port);
  connection.write('HEAD /v1/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  const { rest } = await connection.closed();
  expect(rest).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*Content-Length: 12\r\n[\s\S]*\r\n\r\n$/);
});

test('a request in many small packets is one request', async () => {
  await using world = await startDoor();
  const connection = await rawConnection(world.port);
  for (const byte of post(REPORT)) {
    connection.write(Uint8Array.of(byte));
    await new Promise(setImmediate);
  }
  expect((await connection.answer())?.status).toBe(202);
  expect(world.counted()).toBe(1);
  connection.end();
});

test('pipelined requests are answered in their order', async () => {
  const answers: (() => void)[] = [];
  await using world = await startDoor({
    handlers: { take: () => new Promise((resolve) => answers.push(() => resolve(ACCEPTED))) },
  });
  const connection = await rawConnection(world.port);
  connection.write(Buffer.concat([post(REPORT), post('{'), post(REPORT)]));
  while (answers.length < 2) await new Promise(setImmediate);
  for (const answer of answers.reverse()) answer();
  const statuses = [await connection.answer(), await connection.answer(), await connection.answer()];
  expect(statuses.map((answer) => answer?.status)).toEqual([202, 400, 202]);
  connection.end();
});

test('rubbish behind a good request never takes the place of its answer', async () => {
  let accept = (): void => {};
  await using world = await startDoor({
    handlers: {
      take: () =>
        new Promise((resolve) => {
          accept = () => resolve(ACCEPTED);
        }),
    },
  });
  const connection = await rawConnection(world.port);
  connection.write(Buffer.concat([post(REPORT), Buffer.from('rubbish\r\n\r\n')]));
  // Long enough for a wrong answer to come; the right one waits for the ledger.
  await fetch(`${world.url}/v1/status`);
  accept();
  expect((await connection.answer())?.status).toBe(202);
  expect(await connection.answer()).toMatchObject({ status: 400, headers: { connection: 'close' } });
  expect((await connection.closed()).rest).toBe('');
});

test('a body whose chunks are broken is refused, and nothing of it counts', async () => {
  await using world = await startDoor();
  const connection = await rawConnection(world.port);
  connection.write(
    `POST /v1/usage HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${REPORT.length.toString(16)}\r\n${REPORT}\r\nZZ\r\n`,
  );
  expect(await connection.answer()).toMatchObject({ status: 400, headers: { connection: 'close' } });
  await connection.closed();
  expect(world.counted()).toBe(0);
});

test('a body that breaks behind an answer already given ends the connection', async () => {
  await using world = await startDoor({ token: 'secret' });
  const connection = await rawConnection(world.port);
  connection.write('POST /v1/usage HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n');
  expect((await connection.answer())?.status).toBe(401);
  connection.write('ZZ\r\n');
  expect((await connection.closed()).rest).toBe('');
});

test('a body shorter than its length counts nothing; one that is longer is a second request, and none', async () => {
  await using world = await startDoor();
  const short = await rawConnection(world.port);
  short.write(post(REPORT, { 'Content-Length': String(REPORT.length + 1) }));
  short.socket.end();
  await short.closed();
  expect(world.counted()).toBe(0);

  const long = await rawConnection(world.port);
  long.write(post(`${REPORT}${REPORT}`, { 'Content-Length': String(REPORT.length) }));
  expect([(await long.answer())?.status, (await long.answer())?.status]).toEqual([202, 400]);
  expect(world.counted()).toBe(1);
});

test('a caller that closes its side after the request still gets the answer', async () => {
  let accept: (() => void) | undefined;
  await using world = await startDoor({
    handlers: {
      take: () =>
        new Promise((resolve) => {
          accept = () => resolve(ACCEPTED);
        }),
    },
  });
  const connection = await rawConnection(world.port);
  connection.write(post(REPORT));
  connection.socket.end();
  while (accept === undefined) await new Promise(setImmediate);
  // The end of the request has been read by now as well: it came before this connection.
  await fetch(`${world.url}/v1/status`);
  accept();
  expect((await connection.answer())?.status).toBe(202);
  await connection.closed();
});

test('a caller that goes away before its answer does no harm', async () => {
  let accept = (): void => {};
  await using world = await startDoor({
    handlers: {
      take: () =>
        new Promise((resolve) => {
          accept = () => resolve(ACCEPTED);
        }),
    },
  });
  const connection = await rawConnection(world.port);
  connection.write(post(REPORT));
  await fetch(`${world.url}/v1/status`, { headers: { connection: 'close' } });
  connection.end();
  // Gone, or only done with sending: the door cannot tell, and keeps the place until it has answered.
  accept();
  while (world.door.idleFor().connections > 0) await new Promise(setImmediate);
  expect((await fetch(`${world.url}/v1/status`)).status).toBe(200);
});

test('Expect: 100-continue asks for the body, unless the headers say enough', async () => {
  await using world = await startDoor();
  const good = await rawConnection(world.port);
  const whole = post(REPORT, { Expect: '100-continue' });
  good.write(whole.subarray(0, whole.length - REPORT.length));
  expect((await good.answer())?.status).toBe(100);
  good.write(REPORT);
  expect((await good.answer())?.status).toBe(202);
  good.end();

  const refused = await rawConnection(world.port);
  refused.write(
    'POST /v1/usage HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n',
  );
  expect(await refused.answer()).toMatchObject({ status: 415, headers: { connection: 'close' } });
  refused.end();
});

test('a request that dawdles is cut off, in its headers and in its body; an idle connection is not', async () => {
  await using world = await startDoor({ times: { idle: 60_000, headers: 300, request: 60_000, look: 50 } });
  const idle = await rawConnection(world.port);
  idle.write('GET /v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n');
  expect((await idle.answer())?.status).toBe(200);
  const headers = await rawConnection(world.port);
  headers.write('GET /v1/status HTTP/1.1\r\nHost: local');
  expect((await headers.answer())?.status).toBe(408);
  await headers.closed();

  await using other = await startDoor({ times: { idle: 60_000, headers: 300, request: 300, look: 50 } });
  const body = await rawConnection(other.port);
  body.write(post(REPORT).subarray(0, -1));
  expect(await body.answer()).toMatchObject({ status: 408, headers: { connection: 'close' } });
  await body.closed();
  expect(other.counted()).toBe(0);

  idle.write(post(REPORT));
  expect((await idle.answer())?.status).toBe(202);
  idle.end();
});

test('idle connections outlive every pool of clients, and headers may come as late', async () => {
  expect(TIMES.idle).toBeGreaterThanOrEqual(75_000);
  expect(TIMES.headers).toBeGreaterThan(TIMES.idle);
  await using world = await startDoor();
  const connection = await rawConnection(world.port);
  connection.write('GET /v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n');
  expect((await connection.answer())?.headers['keep-alive']).toBe('timeout=75');
  connection.end();
});

test('more connections than may be are told so, and served once others have gone', async () => {
  await using world = await startDoor({ connections: 2 });
  const [first, second, third] = [
    await rawConnection(world.port),
    await rawConnection(world.port),
    await rawConnection(world.port),
  ];
  third.write(post(REPORT));
  expect(await third.answer()).toMatchObject({ status: 503, headers: { 'retry-after': '1', connection: 'close' } });
  await third.closed();
  first.write(post(REPORT));
  expect((await first.answer())?.status).toBe(202);

  const fourth = await rawConnection(world.port);
  second.end();
  while (world.door.idleFor().connections > 2) await new Promise(setImmediate);
  fourth.write(post(REPORT));
  expect((await fourth.answer())?.status).toBe(202);
  first.end();
  fourth.end();
});

test('without the token nothing is told and nothing taken', async () => {
  await using world = await startDoor({ token: 'secret' });
  const connection = await rawConnection(world.port);
  connection.write(post(REPORT));
  expect(await connection.answer()).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
  // The refused body is read away: the connection goes on.
  connection.write(post(REPORT, { Authorization: 'Bearer secret' }));
  expect((await connection.answer())?.status).toBe(202);
  connection.end();
  for (const path of ['/v1/status', '/v1/entitlement', '/openapi.json', '/other']) {
    expect((await fetch(`${world.url}${path}`)).status).toBe(401);
  }
});
