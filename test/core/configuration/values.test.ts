import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as duration from '../../../src/agent/core/configuration/values/duration.ts';
import * as listen from '../../../src/agent/core/configuration/values/listen.ts';
import * as publicKey from '../../../src/agent/core/configuration/values/publicKey.ts';
import { shown } from '../../../src/agent/core/configuration/values/shown.ts';
import * as size from '../../../src/agent/core/configuration/values/size.ts';
import { DAY } from '../../../src/agent/core/time/hour.ts';

const ANY = { least: 0, most: 31 * DAY };
const BYTES = { least: 0, most: 2 ** 50 };

test.each([
  ['30m', 1_800_000],
  ['2h', 7_200_000],
  ['90s', 90_000],
  ['250ms', 250],
  ['24h', 86_400_000],
  ['1h30m', 5_400_000],
  ['1m250ms', 60_250],
  ['0s', 0],
])('%s is %d milliseconds', (text, millis) => {
  expect(duration.read(text, ANY)).toEqual({ ok: true, value: millis });
});

test.each(['', '30', '1.5h', '-1s', '30 m', '5m1h', '1h1h', 'h', '30M', '1d', '1e3s', '99999999999999h'])(
  '"%s" is no length of time',
  (text) => {
    expect(duration.read(text, ANY).ok).toBe(false);
  },
);

test('a number without its unit is told which units there are', () => {
  expect(duration.read('30', ANY)).toMatchObject({ message: '30 has no unit', fix: expect.stringContaining('30m') });
  expect(duration.read('1m', { least: 120_000, most: DAY })).toMatchObject({ fix: '2m or more' });
  expect(duration.read('25h', { least: 0, most: DAY })).toMatchObject({ fix: '24h or less' });
});

test('every length of time is read as it was written', () => {
  fc.assert(
    fc.property(fc.nat(31 * DAY), (millis) => {
      expect(duration.read(duration.format(millis), ANY)).toEqual({ ok: true, value: millis });
    }),
  );
});

test.each([
  ['1GiB', 2 ** 30],
  ['64MiB', 2 ** 26],
  ['500MB', 500_000_000],
  ['1kB', 1000],
  ['7B', 7],
])('%s is %d bytes', (text, bytes) => {
  expect(size.read(text, BYTES)).toEqual({ ok: true, value: bytes });
});

test.each(['', '1', '1G', '1.5GiB', '1 GiB', '-1GiB', '1gib', '1toString', 'GiB'])('"%s" is no size', (text) => {
  expect(size.read(text, BYTES).ok).toBe(false);
});

test('every size is read as it was written', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 31 - 1), (bytes) => {
      expect(size.read(size.format(bytes), BYTES)).toEqual({ ok: true, value: bytes });
    }),
  );
});

test.each([
  ['127.0.0.1:8787', { kind: 'tcp', host: '127.0.0.1', port: 8787 }, true],
  ['localhost:8787', { kind: 'tcp', host: 'localhost', port: 8787 }, true],
  ['[::1]:0', { kind: 'tcp', host: '::1', port: 0 }, true],
  ['0.0.0.0:8788', { kind: 'tcp', host: '0.0.0.0', port: 8788 }, false],
  ['[::]:8788', { kind: 'tcp', host: '::', port: 8788 }, false],
  ['127.0.0.1.example.com:1', { kind: 'tcp', host: '127.0.0.1.example.com', port: 1 }, false],
  ['unix:/run/tollgate/door.sock', { kind: 'unix', path: '/run/tollgate/door.sock' }, true],
])('%s is an address', (text, value, loopback) => {
  const reading = listen.read(text);
  expect(reading).toEqual({ ok: true, value });
  if (!reading.ok) return;
  expect(listen.format(reading.value)).toBe(text);
  expect(listen.isLoopback(reading.value)).toBe(loopback);
});

test.each([
  '',
  '8787',
  ':8787',
  'localhost',
  'localhost:',
  'a b:1',
  '::1:8787',
  '1.2.3.4:65536',
  'unix:door.sock',
  `unix:/${'x'.repeat(107)}`,
  'http://x:1',
  'x:1/',
])('"%s" is no address', (text) => {
  expect(listen.read(text).ok).toBe(false);
});

const pemOf = (bits: number): string =>
  generateKeyPairSync('rsa', { modulusLength: bits }).publicKey.export({ type: 'spki', format: 'pem' }).toString();

test('a key is the same as PEM, with other line ends, with backslash-n, and as base64', () => {
  const pem = pemOf(2048);
  const base64 = Buffer.from(pem).toString('base64');
  const spellings = [
    pem,
    `\ufeff  ${pem}\n`,
    pem.trimEnd(),
    pem.replaceAll('\n', '\r\n'),
    pem.replaceAll('\n', '\\n'),
    pem.replaceAll('\n', '\\r\\n'),
    base64,
    `${base64.replace(/(.{76})/g, '$1\n')}\n`,
    base64.replace(/=+$/, ''),
    Buffer.from(pem.replaceAll('\n', '\\n')).toString('base64'),
  ];
  for (const spelling of spellings) expect(publicKey.read(spelling)).toEqual({ ok: true, value: pem });
});

test('what is no public RSA key of 2048 bits is refused by name, and never shown', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const secret = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' });
  expect(publicKey.read(pemOf(1024))).toMatchObject({ message: expect.stringContaining('1024 bits') });
  expect(publicKey.read(ec.toString())).toMatchObject({ message: expect.stringContaining('RSA') });
  expect(publicKey.read(secret)).toMatchObject({ message: expect.stringContaining('private key') });
  expect(publicKey.read('-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----').ok).toBe(false);
  for (const text of ['', 'hello', 'AAAA', 'A', 'ä', '====']) expect(publicKey.read(text).ok).toBe(false);
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(publicKey.read(text).ok).toBe(false);
    }),
  );
});

test('what nobody can see is shown', () => {
  expect(shown('abc\n')).toBe('"abc\\n"');
  expect(shown('a\u00a0b\u200b\ufeff')).toBe('"a\\u00a0b\\u200b\\ufeff"');
  expect(shown('x'.repeat(500)).length).toBeLessThan(100);
});
