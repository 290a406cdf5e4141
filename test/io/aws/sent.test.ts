import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, expect, test } from '@jest/globals';
import type { Environment } from '../../../src/agent/core/platform/environment.ts';
import type { Answer } from '../../../src/agent/core/sending/answer.ts';
import type { Timeouts } from '../../../src/agent/io/aws/transport.ts';
import { CERTIFICATE } from '../../support/certificate.ts';
import { type Act, startFakeAws, startProxy, startRawServer } from '../../support/fakeAws.ts';
import { openTask, PATIENT, record } from './support.ts';

/** Short enough to be waited for; nothing is measured. */
const SHORT: Timeouts = { connect: 300, request: 300 };

const authorities = getCACertificates('default');
const trustOurs = () => setDefaultCACertificates([...authorities, CERTIFICATE]);
afterEach(() => setDefaultCACertificates(authorities));

const meterAt = async (
  endpoint: string,
  { extra = {}, timeouts = PATIENT }: { extra?: Environment; timeouts?: Timeouts } = {},
): Promise<Answer<unknown>> => {
  await using aws = await startFakeAws();
  const env = { AWS_ENDPOINT_URL_MARKETPLACE_METERING: endpoint, ...extra };
  const { marketplace } = await openTask(aws, { timeouts }, env);
  const answer = await marketplace.meter(record);
  // The way to the credentials was open: what failed is the way to metering.
  expect(aws.calls('GET /credentials')).toHaveLength(1);
  return answer;
};

const unsent = { kind: 'trouble', sent: false };

test('nothing was sent to a name that does not resolve', async () => {
  expect(await meterAt('http://metering.invalid')).toMatchObject(unsent);
});

test('nothing was sent where nobody listens', async () => {
  const server = await startRawServer(() => {});
  await server[Symbol.asyncDispose]();
  expect(await meterAt(`http://127.0.0.1:${server.port}`)).toMatchObject(unsent);
});

test('nothing was sent to a server whose certificate is not trusted', async () => {
  await using metering = await startFakeAws({ tls: true });
  expect(await meterAt(metering.origin)).toMatchObject(unsent);
  expect(metering.seen).toEqual([]);
});

test('nothing was sent to a server that speaks no TLS, or hangs up in the midst of it', async () => {
  await using plain = await startRawServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  expect(await meterAt(`https://localhost:${plain.port}`)).toMatchObject(unsent);
  await using rude = await startRawServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
  expect(await meterAt(`https://localhost:${rude.port}`)).toMatchObject(unsent);
});

test('nothing was sent when TLS is not agreed in time', async () => {
  await using mute = await startRawServer(() => {});
  const answer = await meterAt(`https://localhost:${mute.port}`, { timeouts: { ...PATIENT, connect: 300 } });
  expect(answer).toMatchObject({ ...unsent, message: expect.stringContaining('no connection to') });
});

test('nothing was sent through a proxy that refuses, and its password is nowhere', async () => {
  await using proxy = await startProxy({ to: 1, refusal: 'HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno' });
  const answer = await meterAt('https://metering.example', {
    extra: { HTTPS_PROXY: `http://user:pass-word@127.0.0.1:${proxy.port}` },
  });
  expect(answer).toMatchObject({ ...unsent, message: expect.stringContaining('answered 403 to CONNECT') });
  expect(JSON.stringify(answer)).not.toContain('pass-word');
  expect(proxy.seen).toHaveLength(1);
  expect(proxy.seen[0]).toMatch(/^CONNECT metering\.example:443 HTTP\/1\.1/);
  expect(proxy.seen[0]).toContain(`Basic ${Buffer.from('user:pass-word').toString('base64')}`);
});

test('nothing was sent through a tunnel that breaks before TLS is agreed', async () => {
  await using rude = await startRawServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
  await using proxy = await startProxy({ to: rude.port });
  const answer = await meterAt('https://metering.example', { extra: { https_proxy: `127.0.0.1:${proxy.port}` } });
  expect(answer).toMatchObject(unsent);
});

const LOST: readonly (readonly [string, Act])[] = [
  ['cut without an answer', { do: 'cut' }],
  ['no answer', { do: 'hang' }],
  ['a head without a body', { do: 'hangAfterHeaders' }],
  ['half an answer', { do: 'half' }],
];

test.each(LOST)('the request may have arrived: %s', async (_title, act) => {
  await using aws = await startFakeAws();
  const { marketplace } = await openTask(aws, { timeouts: { ...SHORT, connect: 30_000 } });
  aws.next('MeterUsage', act);
  expect(await marketplace.meter(record)).toMatchObject({ kind: 'trouble', sent: true });
  // One attempt a call: nothing is sent again behind our back.
  expect(aws.calls('MeterUsage')).toHaveLength(1);
});

test('the request may have arrived: a switch of protocols is no answer, and is not waited for', async () => {
  await using odd = await startRawServer((socket) =>
    socket.once('data', () =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n'),
    ),
  );
  const answer = await meterAt(`http://127.0.0.1:${odd.port}`);
  expect(answer).toMatchObject({ kind: 'trouble', sent: true, message: expect.stringContaining('without an answer') });
});

test('the request may have arrived: cut after TLS was agreed', async () => {
  trustOurs();
  await using metering = await startFakeAws({ tls: true });
  metering.next('MeterUsage', { do: 'cut' });
  const answer = await meterAt(`https://localhost:${metering.port}`);
  expect(answer).toMatchObject({ kind: 'trouble', sent: true });
  expect(metering.calls('MeterUsage')).toHaveLength(1);
});

test('a proxy tunnels to metering by its name, and the request in the tunnel is whole', async () => {
  trustOurs();
  await using metering = await startFakeAws({ tls: true });
  await using proxy = await startProxy({ to: metering.port });
  const host = 'metering.marketplace.eu-west-1.amazonaws.com';
  const answer = await meterAt(`https://${host}`, { extra: { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` } });
  expect(answer).toMatchObject({ kind: 'ok', body: { recordId: 'record-1' } });
  expect(proxy.seen).toHaveLength(1);
  expect(proxy.seen[0]).toMatch(new RegExp(`^CONNECT ${host}:443 `));
  expect(metering.calls('MeterUsage')[0]?.headers['host']).toBe(host);
});

test('a proxy for http carries the whole address', async () => {
  await using proxy = await startRawServer((socket) =>
    socket.once('data', (head) => {
      const status = head.toString('latin1').startsWith('POST http://metering.example/ HTTP/1.1') ? 502 : 400;
      socket.end(`HTTP/1.1 ${status} Proxy\r\ncontent-length: 0\r\n\r\n`);
    }),
  );
  const answer = await meterAt('http://metering.example', { extra: { HTTP_PROXY: `http://127.0.0.1:${proxy.port}` } });
  expect(answer).toMatchObject({ kind: 'foreign', status: 502 });
});

test('no proxy is asked the way to this machine, whatever NO_PROXY says', async () => {
  await using aws = await startFakeAws();
  const { marketplace, route } = await openTask(
    aws,
    {},
    { HTTP_PROXY: 'http://127.0.0.1:1', NO_PROXY: 'nothing.example' },
  );
  expect(await marketplace.meter(record)).toMatchObject({ kind: 'ok' });
  expect(route.proxy).toBeUndefined();
});
