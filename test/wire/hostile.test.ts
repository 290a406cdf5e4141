import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { rawConnection } from '../support/rawHttp.ts';
import { type ScriptedAws, startScriptedAws } from '../support/scriptedAws.ts';
import { type Books, makeBooks } from './support/books.ts';
import type { Program } from './support/program.ts';
import { makeService, type Service } from './support/service.ts';

/** Sends bytes on a connection of its own, and answers everything that came back until it was closed or a whole answer was there. */
const say = (port: number, bytes: string | Buffer, { end = false } = {}): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let heard = '';
    const done = () => {
      socket.destroy();
      resolve(heard);
    };
    socket.setTimeout(20_000, () =>
      reject(new Error(`no answer to ${JSON.stringify(bytes.toString('latin1').slice(0, 80))}`)),
    );
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
      const head = heard.indexOf('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(heard)?.[1] ?? Number.NaN);
      if (head >= 0 && heard.length >= head + 4 + length) done();
    });
    socket.on('close', done).on('error', done);
    socket.write(bytes);
    if (end) socket.end();
  });

const post = (body: string | Buffer, headers: readonly string[] = [], path = '/v1/usage'): Buffer =>
  Buffer.concat([
    Buffer.from(
      [
        `POST ${path} HTTP/1.1`,
        'Host: 127.0.0.1',
        ...(headers.some((line) => /^content-type/i.test(line)) ? [] : ['Content-Type: application/json']),
        ...(headers.some((line) => /^(content-length|transfer-encoding)/i.test(line))
          ? []
          : [`Content-Length: ${Buffer.byteLength(body)}`]),
        ...headers,
        '',
        '',
      ].join('\r\n'),
    ),
    Buffer.from(body),
  ]);

const usage = (members: string): string => `{"dimension":"requests","quantity":1,${members}}`;
const quantity = (text: string): string => `{"dimension":"requests","quantity":${text}}`;

/** What is sent, and the statuses that are a clear answer to it. */
const BAD: readonly (readonly [string, string | Buffer, readonly number[]])[] = [
  ['no JSON', post('hello'), [400]],
  ['an empty body', post(''), [400]],
  ['half of a JSON text', post('{"dimension":"requests","quan'), [400]],
  ['two JSON texts', post(`${quantity('1')}${quantity('1')}`), [400]],
  ['a name that stands twice', post('{"dimension":"requests","quantity":1,"quantity":1000}'), [400]],
  ['bytes that are no UTF-8', post(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])), [400]],
  ['ten thousand brackets', post('['.repeat(10_000)), [400]],
  ['a number', post('5'), [422]],
  ['null', post('null'), [422]],
  ['a dimension that is not sold', post('{"dimension":"Requests","quantity":1}'), [422]],
  ['__proto__ as dimension', post('{"dimension":"__proto__","quantity":1}'), [422]],
  ['__proto__ as member', post('{"__proto__":{"quantity":5},"dimension":"requests"}'), [422]],
  ['no quantity', post('{"dimension":"requests"}'), [422]],
  ...[
    '-1',
    '"-1"',
    'true',
    '[1]',
    '{}',
    'null',
    '""',
    '" 1"',
    '"1,5"',
    '"0x10"',
    '"1e999"',
    '1e999',
    '"Infinity"',
    '"NaN"',
    '"١"',
  ].map((text) => [`quantity ${text}`, post(quantity(text)), [400, 422]] as const),
  ['NaN without quotes', post(quantity('NaN')), [400]],
  ['a plus sign', post(quantity('+1')), [400]],
  ['a leading zero', post(quantity('01')), [400]],
  ['a time without a zone', post(usage('"timestamp":"2026-03-01T10:00:00"')), [422]],
  ['a time that is no day', post(usage('"timestamp":"2026-02-30T10:00:00Z"')), [422]],
  ['a time as a number', post(usage('"timestamp":1767225600')), [422]],
  ['a time far ahead', post(usage('"timestamp":"2099-01-01T00:00:00Z"')), [422]],
  ['a time long past', post(usage('"timestamp":"2001-01-01T00:00:00Z"')), [422]],
  ['an empty id', post(usage('"id":""')), [422]],
  ['an id with a line end', post(usage('"id":"a\\nb"')), [422]],
  ['an id that is too long', post(usage(`"id":"${'x'.repeat(257)}"`)), [422]],
  ['half a surrogate pair as id', post(usage('"id":"\\ud800"')), [422]],
  ['a member that is unknown', post(usage('"quantitty":5')), [422]],
  ['one bad report among good ones', post(`[${quantity('1')},${quantity('-1')},${quantity('1')}]`), [422]],
  ['1,001 reports', post(`[${Array.from({ length: 1001 }, () => quantity('1')).join()}]`), [413, 422]],
  ['a body of over 1 MiB', post(' '.repeat(1_100_000)), [413]],
  ['another content type', post(quantity('1'), ['Content-Type: text/plain']), [415]],
  ['a form', post('dimension=requests&quantity=1', ['Content-Type: application/x-www-form-urlencoded']), [415]],
  [
    'no content type',
    `POST /v1/usage HTTP/1.1\r\nHost: localhost\r\nContent-Length: 38\r\n\r\n${quantity('1')}`,
    [415],
  ],
  [
    "a stranger's Host",
    `POST /v1/usage HTTP/1.1\r\nHost: evil.example\r\nContent-Type: application/json\r\nContent-Length: 38\r\n\r\n${quantity('1')}`,
    [403, 421],
  ],
  [
    'no Host',
    `POST /v1/usage HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 38\r\n\r\n${quantity('1')}`,
    [400],
  ],
  ['an Origin', post(quantity('1'), ['Origin: http://127.0.0.1']), [403]],
  ['a Via', post(quantity('1'), ['Via: 1.1 proxy']), [403]],
  ['an X-Forwarded-For', post(quantity('1'), ['X-Forwarded-For: 10.0.0.1']), [403]],
  ['GET', 'GET /v1/usage HTTP/1.1\r\nHost: localhost\r\n\r\n', [405]],
  ['another path', post(quantity('1'), [], '/v1/usages'), [404]],
  ['a path with dots', post(quantity('1'), [], '/../v1/usage'), [404]],
  ['two lengths', post(quantity('1'), ['Content-Length: 38', 'Content-Length: 5']), [400]],
  ['a length that is no number', post(quantity('1'), ['Content-Length: many']), [400]],
  ['a length and chunks', post(quantity('1'), ['Content-Length: 38', 'Transfer-Encoding: chunked']), [400]],
  [
    'a broken chunk',
    `POST /v1/usage HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
    [400],
  ],
  [
    'headers without end',
    `POST /v1/usage HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'x'.repeat(100_000)}\r\n\r\n`,
    [431],
  ],
  ['no HTTP at all', 'SSH-2.0-client\r\n\r\n', [400]],
  ['TLS', Buffer.from([0x16, 0x03, 0x01, 0x00, 0x05, 1, 2, 3, 4, 5]), [400]],
  ['an Idempotency-Key that is empty', post(quantity('1'), ['Idempotency-Key: ']), [400, 422]],
  ['an Idempotency-Key that is too long', post(quantity('1'), [`Idempotency-Key: ${'k'.repeat(300)}`]), [400, 422]],
];

let aws: ScriptedAws;
let books: Books;
let service: Service;
let program: Program;
let good = 0;
let flooding = true;
let flood: Promise<void>;

beforeAll(async () => {
  aws = await startScriptedAws();
  books = makeBooks();
  aws.script('MeterUsage', books.store);
  service = await makeService(aws);
  program = await service.run();
  await service.granted(program);
  flood = (async () => {
    const connection = await rawConnection(service.doorPort);
    while (flooding) {
      connection.write(post(quantity('1')));
      if ((await connection.answer())?.status === 202) good += 1;
    }
    connection.end();
  })();
});

/** What was counted, to the unit, is what was acknowledged: nothing of all that was refused. */
afterAll(async () => {
  flooding = false;
  await flood;
  const isOver = program.isOver();
  program.child.kill('SIGTERM');
  const { code } = await program.ended;
  await aws[Symbol.asyncDispose]();
  service[Symbol.dispose]();
  expect({ isOver, code, billed: books.total('requests') }).toEqual({ isOver: false, code: 0, billed: good });
  expect(program.stderr()).not.toMatch(/unexpected|TypeError|listener_error/);
});

describe('under load, what is malformed gets a clear answer and does not count', () => {
  test.each(BAD)('%s', async (_name, bytes, statuses) => {
    const answer = await say(service.doorPort, bytes);
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
    expect({ answer: answer.slice(0, 400), expected: statuses.includes(status) }).toEqual({
      answer: expect.anything(),
      expected: true,
    });
    // In words, not in a stack.
    expect(answer).not.toMatch(/\bat \w+ \(|node:internal/);
    if (status !== 431) expect(answer).toMatch(/application\/problem\+json/i);
  });

  test('a caller that leaves in the middle of its body', async () => {
    for (const cut of [60, 100, 120]) await say(service.doorPort, post(quantity('1')).subarray(0, cut), { end: true });
    expect(program.isOver()).toBe(false);
  });

  test('a hundred connections that say nothing: who is connected is served on, who comes anew is told when to come back', async () => {
    const idle = Array.from({ length: 100 }, () =>
      connect({ port: service.doorPort, host: '127.0.0.1' }).on('error', () => {}),
    );
    try {
      const before = good;
      await program.until('the others are still served', () => good > before + 5);
      const late = await program.until('newcomers are told', async () => {
        const answer = await say(service.doorPort, post(quantity('0')));
        return answer.startsWith('HTTP/1.1 503') && answer;
      });
      expect(late).toMatch(/retry-after: \d+/i);
    } finally {
      for (const socket of idle) socket.destroy();
    }
    await program.until('there is room again', async () =>
      (await say(service.doorPort, post(quantity('0')))).startsWith('HTTP/1.1 202'),
    );
  });

  test('the same id with other content', async () => {
    const first = await service.report({ dimension: 'requests', quantity: 0, id: 'conflict' });
    expect(first.status).toBe(202);
    expect((await service.report({ dimension: 'requests', quantity: 5, id: 'conflict' })).status).toBe(409);
    const batch = await service.report([
      { dimension: 'requests', quantity: 5, id: 'conflict' },
      { dimension: 'requests', quantity: 7 },
    ]);
    expect(batch.status).toBe(422);
  });
});
