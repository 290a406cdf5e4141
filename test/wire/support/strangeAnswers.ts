import { gzipSync } from 'node:zlib';
import { html, type Reply } from '../../support/scriptedAws.ts';

const JSON_11 = 'application/x-amz-json-1.1';
const RECORD = '{"MeteringRecordId":"a-record"}';
const REQUEST_ID = 'x-amzn-requestid: 5c21bd50-0000-4000-8000-00000000abcd';

const lines = (...all: readonly string[]): string => `${all.join('\r\n')}\r\n\r\n`;
const HEAD = ['HTTP/1.1 200 OK', `content-type: ${JSON_11}`, REQUEST_ID] as const;

const answer = (status: number, body: string, more: Partial<Extract<Reply, { do: 'answer' }>> = {}): Reply => ({
  do: 'answer',
  status,
  body,
  type: JSON_11,
  ...more,
});
const byAws = (status: number, body: string, more: Partial<Extract<Reply, { do: 'answer' }>> = {}): Reply =>
  answer(status, body, { requestId: '5c21bd50-0000-4000-8000-00000000abcd', ...more });

type Named = { readonly name: string; readonly reply: Reply };

/** The connection dies, or nobody can say that AWS answered: the request may have done its work all the same. */
export const LOST: readonly Named[] = [
  { name: 'reset', reply: { do: 'reset' } },
  { name: 'half an answer', reply: { do: 'half' } },
  { name: 'closed without a word', reply: { do: 'bytes', bytes: '', after: 'end' } },
  { name: 'the end within the headers', reply: { do: 'bytes', bytes: 'HTTP/1.1 200 OK\r\ncontent-le', after: 'end' } },
  {
    name: 'chunks that are cut',
    reply: {
      do: 'bytes',
      bytes: `${lines(...HEAD, 'transfer-encoding: chunked')}1f\r\n${RECORD}\r\n`,
      after: 'end',
    },
  },
  {
    name: 'a chunk of no length',
    reply: { do: 'bytes', bytes: `${lines(...HEAD, 'transfer-encoding: chunked')}zz\r\n${RECORD}\r\n`, after: 'end' },
  },
  {
    name: 'a larger answer than AWS has',
    reply: byAws(200, `{"MeteringRecordId":"${'x'.repeat(2 << 20)}"}`),
  },
  { name: 'another protocol', reply: { do: 'bytes', bytes: 'SSH-2.0-OpenSSH_9.9\r\n', after: 'end' } },
  {
    name: 'a switch of protocols',
    reply: {
      do: 'bytes',
      bytes: lines('HTTP/1.1 101 Switching Protocols', 'connection: upgrade', 'upgrade: h2c'),
      after: 'end',
    },
  },
];

/** Somebody answers, but it is not AWS that says yes or no. */
export const FOREIGN: readonly Named[] = [
  { name: 'a page with 200', reply: html() },
  { name: 'a page with 403', reply: html(403) },
  { name: 'a page with 407', reply: html(407) },
  { name: 'a page with 502', reply: html(502) },
  { name: 'a page under a request id', reply: byAws(200, '<!doctype html>', { type: 'text/html' }) },
  { name: 'JSON in gzip', reply: zipped() },
  { name: 'an empty 200', reply: byAws(200, '') },
  { name: '200 with a list', reply: byAws(200, '["a-record"]') },
  { name: '200 without a record id', reply: byAws(200, '{}') },
  { name: '200 with a number for a record id', reply: byAws(200, '{"MeteringRecordId":7}') },
  { name: '200 with an empty record id', reply: byAws(200, '{"MeteringRecordId":""}') },
  { name: '200 without a request id', reply: answer(200, RECORD) },
  { name: '204', reply: byAws(204, '') },
  { name: 'a no without a request id', reply: answer(400, '{"__type":"CustomerNotEntitledException"}') },
  { name: 'a duplicate without a request id', reply: answer(400, '{"__type":"DuplicateRequestException"}') },
  { name: 'a move', reply: answer(307, '', { type: 'text/html', headers: { location: 'http://127.0.0.1:9/' } }) },
  { name: 'a move under a request id', reply: byAws(301, '{}', { headers: { location: 'http://127.0.0.1:9/' } }) },
];

function zipped(): Reply {
  const body = gzipSync(RECORD);
  const head = lines(...HEAD, 'content-encoding: gzip', `content-length: ${body.length}`);
  return { do: 'bytes', bytes: Buffer.concat([Buffer.from(head), body]), after: 'end' };
}

/** AWS's yes in clothes that HTTP allows. */
export const YES: readonly Named[] = [
  { name: 'a yes under another content type', reply: byAws(200, RECORD, { type: 'text/plain' }) },
  {
    name: 'a yes in chunks',
    reply: {
      do: 'bytes',
      bytes: `${lines(...HEAD, 'transfer-encoding: chunked')}f\r\n${RECORD.slice(0, 15)}\r\n10\r\n${RECORD.slice(15)}\r\n0\r\n\r\n`,
      after: 'end',
    },
  },
  {
    name: 'a yes after 100 and 103',
    reply: {
      do: 'bytes',
      bytes: `${lines('HTTP/1.1 100 Continue')}${lines('HTTP/1.1 103 Early Hints', 'link: </a>')}${lines(...HEAD, `content-length: ${RECORD.length}`)}${RECORD}`,
      after: 'end',
    },
  },
  { name: 'a yes without a Date', reply: byAws(200, RECORD, { date: null }) },
  {
    name: 'a yes with a Date of two days ahead',
    reply: byAws(200, RECORD, { date: new Date(Date.now() + 172_800_000).toUTCString() }),
  },
  { name: 'a yes with a Date of 1970', reply: byAws(200, RECORD, { date: new Date(0).toUTCString() }) },
  { name: 'a yes with a Date that is none', reply: byAws(200, RECORD, { date: 'yesterday' }) },
];

/** One of AWS's noes, its name where AWS's protocols put it. */
export const spellings = (name: string): readonly Named[] => [
  { name: `${name} in the header only`, reply: byAws(400, '{}', { headers: { 'x-amzn-errortype': name } }) },
  {
    name: `${name} in the header, over an empty body`,
    reply: byAws(400, '', { headers: { 'x-amzn-errortype': `${name}:http://internal.amazon.com/coral/` } }),
  },
  { name: `${name} in the body only`, reply: byAws(400, `{"__type":"${name}","Message":"in words"}`) },
  { name: `${name} under "code"`, reply: byAws(400, `{"code":"${name}"}`) },
  { name: `${name} with another namespace`, reply: byAws(400, `{"__type":"com.amazon.coral.availability#${name}"}`) },
];
