import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { rawConnection } from '../../support/rawHttp.ts';
import { post, REPORT, startDoor } from '../../support/startDoor.ts';

const send = async (url: string, body: NonNullable<RequestInit['body']>, headers: Record<string, string> = {}) => {
  const answer = await fetch(`${url}/v1/usage`, {
    method: 'POST',
    body,
    headers: { 'Content-Type': 'application/json', ...headers },
  });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> };
};

test('a report is handed over and its receipt answered, with the ledger it belongs to', async () => {
  await using world = await startDoor();
  const answer = await send(world.url, '{"dimension":"requests","quantity":0.10,"id":"a"}');
  expect(answer.status).toBe(202);
  expect(answer.body).toEqual({ accepted: 1, duplicates: 0, late: 0, untagged: 0 });
  expect(answer.headers.get('tollgate-ledger')).toBe('ledger-1');
  expect(world.taken).toMatchObject([{ reports: [{ quantity: { digits: 1n, scale: 1 }, id: 'a' }], key: undefined }]);
});

test('one bad report of a batch: it is named and nothing is handed over', async () => {
  await using world = await startDoor();
  const answer = await send(world.url, `[${REPORT},{"dimension":"requests","quantity":-1}]`);
  expect(answer).toMatchObject({ status: 422, body: { errors: [{ index: 1, field: 'quantity' }] } });
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(world.taken).toEqual([]);
});

test('an empty batch is answered without the ledger', async () => {
  await using world = await startDoor();
  expect(await send(world.url, '[]')).toMatchObject({ status: 202, body: { accepted: 0 } });
  expect(world.taken).toEqual([]);
});

test('the Idempotency-Key goes along with a digest of the body', async () => {
  await using world = await startDoor();
  await send(world.url, REPORT, { 'Idempotency-Key': 'k 1' });
  const digest = createHash('sha256').update(REPORT).digest('base64url');
  expect(world.taken[0]?.key).toEqual({ key: 'k 1', digest });
  expect((await send(world.url, REPORT, { 'Idempotency-Key': 'x'.repeat(257) })).status).toBe(400);
  expect((await send(world.url, REPORT, { 'Idempotency-Key': '' })).status).toBe(400);
  expect(world.counted()).toBe(1);
});

test('conflict and trouble of the ledger reach the caller', async () => {
  await using conflict = await startDoor({ handlers: { take: async () => ({ kind: 'conflict', indices: [0] }) } });
  expect((await send(conflict.url, REPORT)).status).toBe(409);
  expect(await send(conflict.url, `[${REPORT}]`)).toMatchObject({ status: 422, body: { errors: [{ index: 0 }] } });

  await using full = await startDoor({
    handlers: { take: async () => ({ kind: 'unavailable', reason: 'the disk is full', retryAfter: 7 }) },
  });
  const answer = await send(full.url, REPORT);
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '7']);

  await using broken = await startDoor({ handlers: { take: () => Promise.reject(new Error('no')) } });
  expect((await send(broken.url, REPORT)).status).toBe(500);
  expect(broken.lines).toMatchObject([{ level: 'error', event: 'door_take' }]);
});

test.each([
  ['text/plain', 415],
  ['application/x-www-form-urlencoded', 415],
  ['application/json; charset=utf-16', 415],
  ['application/json; charset=iso-8859-1', 415],
  ['application/jsonx', 415],
  ['application/json; charset="UTF-8"', 202],
  ['Application/JSON', 202],
  ['application/vnd.acme+json;charset=utf-8', 202],
])('Content-Type %s: %i', async (type, status) => {
  await using world = await startDoor();
  expect((await send(world.url, REPORT, { 'Content-Type': type })).status).toBe(status);
  expect(world.counted()).toBe(status === 202 ? 1 : 0);
});

test('an encoded body is not taken', async () => {
  await using world = await startDoor();
  const answer = await send(world.url, REPORT, { 'Content-Encoding': 'gzip' });
  expect([answer.status, answer.headers.get('accept-encoding')]).toEqual([415, 'identity']);
});

test('broken UTF-8, broken JSON and an empty body are unreadable; a byte order mark is not', async () => {
  await using world = await startDoor();
  const cut = Buffer.from('{"dimension":"requests","quantity":1,"id":"ä"}', 'latin1');
  for (const body of [cut, Buffer.from('{"dim'), Buffer.alloc(0), Buffer.from(REPORT, 'utf16le')]) {
    expect((await send(world.url, body)).status).toBe(400);
  }
  expect(world.counted()).toBe(0);
  expect((await send(world.url, `\ufeff${REPORT}`)).status).toBe(202);
});

test('a body over 1 MiB is refused: by its length at once, by its chunks as soon as they are too many', async () => {
  await using world = await startDoor();
  const most = `${REPORT}${' '.repeat(1_048_576 - REPORT.length)}`;
  expect((await send(world.url, most)).status).toBe(202);

  const told = await rawConnection(world.port);
  told.write(post('', { 'Content-Length': String(8 * 1_048_576) }));
  expect(await told.answer()).toMatchObject({ status: 413, headers: { connection: 'close' } });
  // A client that writes on all the same is not reset: it could lose the answer.
  for (let index = 0; index < 8; index += 1) told.write(Buffer.alloc(1_048_576));
  expect((await told.closed()).reset).toBe(false);

  const chunked = await rawConnection(world.port);
  chunked.write(
    'POST /v1/usage HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
  );
  const chunk = `4000\r\n${' '.repeat(0x4000)}\r\n`;
  for (let index = 0; index < 65; index += 1) chunked.write(chunk);
  // Written in full although the request never ends: the answer is not lost in a reset.
  expect(await chunked.answer()).toMatchObject({ status: 413, headers: { connection: 'close' } });
  chunked.write('0\r\n\r\n');
  expect((await chunked.closed()).reset).toBe(false);
  expect(world.counted()).toBe(1);
});

test('a request without a body is told that it has none', async () => {
  await using world = await startDoor();
  const connection = await rawConnection(world.port);
  connection.write('POST /v1/usage HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\r\n');
  expect((await connection.answer())?.status).toBe(411);
  connection.end();
});

test('all requests of one turn of the loop are handed over in it', async () => {
  const turns: number[] = [];
  let turn = 0;
  let counting = true;
  const count = (): void => {
    turn += 1;
    if (counting) setImmediate(count);
  };
  await using world = await startDoor({
    handlers: {
      take: async (reports) => {
        turns.push(turn);
        return { kind: 'accepted', accepted: reports.length, duplicates: 0, late: 0, untagged: 0 };
      },
    },
  });
  const connection = await rawConnection(world.port);
  count();
  connection.write(Buffer.concat([post(REPORT), post(REPORT), post(REPORT)]));
  for (let index = 0; index < 3; index += 1) expect((await connection.answer())?.status).toBe(202);
  counting = false;
  connection.end();
  expect(new Set(turns).size).toBe(1);
});
