import { createHmac, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { beforeAll, expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import { check } from '../../../src/agent/core/gate/token.ts';

// jose is an implementation that is not ours: what it signs must pass, what it would refuse must not.
let keys: { readonly privateKey: KeyObject; readonly publicKey: KeyObject };
let others: typeof keys;

beforeAll(() => {
  keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  others = generateKeyPairSync('rsa', { modulusLength: 2048 });
});

const CLAIMS = { productCode: 'p', nonce: 'n', publicKeyVersion: 2 };
const expected = () => ({
  productCode: 'p',
  nonce: 'n',
  key: { version: 2, pem: keys.publicKey.export({ type: 'spki', format: 'pem' }).toString() },
});

const sign = (
  claims: Record<string, unknown>,
  alg = 'PS256',
  key: KeyObject = keys.privateKey,
  header: Record<string, unknown> = {},
) => new SignJWT(claims).setProtectedHeader({ alg, typ: 'JWT', ...header }).sign(key);

const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

test('a token by the right key for exactly us is true, in both spellings, with and without iat', async () => {
  expect(check(await sign(CLAIMS), expected())).toEqual({ ok: true });
  expect(check(await sign({ ...CLAIMS, iat: 1 }), expected())).toEqual({ ok: true });
  expect(check(await sign({ ProductCode: 'p', Nonce: 'n', PublicKeyVersion: '2' }), expected())).toEqual({ ok: true });
  expect(check(await sign({ ...CLAIMS, ProductCode: 'p' }), expected())).toEqual({ ok: true });
});

const forgeries: Readonly<Record<string, () => Promise<string> | string>> = {
  'RS256 by the right key': () => sign(CLAIMS, 'RS256'),
  'PS512 by the right key': () => sign(CLAIMS, 'PS512'),
  'another key': () => sign(CLAIMS, 'PS256', others.privateKey),
  'another nonce': () => sign({ ...CLAIMS, nonce: 'old' }),
  'another product': () => sign({ ...CLAIMS, productCode: 'q' }),
  'another key version': () => sign({ ...CLAIMS, publicKeyVersion: 1 }),
  'no version': () => sign({ productCode: 'p', nonce: 'n' }),
  'a version that is a list': () => sign({ ...CLAIMS, publicKeyVersion: [2] }),
  'a version that is true': () => sign({ ...CLAIMS, publicKeyVersion: true }),
  'spellings that disagree on the product': () => sign({ ...CLAIMS, ProductCode: 'q' }),
  'spellings that disagree on the nonce': () => sign({ ...CLAIMS, Nonce: 'x' }),
  'a critical header': () => sign(CLAIMS, 'PS256', keys.privateKey, { crit: ['b64'], b64: true }),
  'no signature': async () => (await sign(CLAIMS)).split('.').slice(0, 2).join('.'),
  'an empty signature': async () => `${(await sign(CLAIMS)).split('.').slice(0, 2).join('.')}.`,
  'a fourth part': async () => `${await sign(CLAIMS)}.e30`,
  'a cut signature': async () => (await sign(CLAIMS)).slice(0, -4),
  'a changed payload': async () => {
    const [header, , signature] = (await sign({ ...CLAIMS, productCode: 'q' })).split('.');
    return `${header}.${encode(CLAIMS)}.${signature}`;
  },
  'alg none': () => `${encode({ alg: 'none' })}.${encode(CLAIMS)}.`,
  'HS256 with the public key': () => {
    const data = `${encode({ alg: 'HS256' })}.${encode(CLAIMS)}`;
    return `${data}.${createHmac('sha256', expected().key.pem).update(data).digest('base64url')}`;
  },
  'PS256 in the header, PKCS1 in the signature': () => {
    const data = `${encode({ alg: 'PS256' })}.${encode(CLAIMS)}`;
    return `${data}.${createSign('sha256').update(data).sign(keys.privateKey, 'base64url')}`;
  },
  'PSS without a salt': () => {
    const data = `${encode({ alg: 'PS256' })}.${encode(CLAIMS)}`;
    const signature = createSign('sha256').update(data).sign({ key: keys.privateKey, padding: 6, saltLength: 0 });
    return `${data}.${signature.toString('base64url')}`;
  },
  'a payload that is no JSON': () => {
    const data = `${encode({ alg: 'PS256' })}.${encode('hello')}`;
    return `${data}.${createSign('sha256').update(data).sign({ key: keys.privateKey, padding: 6, saltLength: 32 }).toString('base64url')}`;
  },
  'a payload that is null': () => {
    const data = `${encode({ alg: 'PS256' })}.${encode('null')}`;
    return `${data}.${createSign('sha256').update(data).sign({ key: keys.privateKey, padding: 6, saltLength: 32 }).toString('base64url')}`;
  },
  nothing: () => '',
  'three dots': () => '...',
  'not base64': () => 'a b.c d.e f',
};

test.each(Object.keys(forgeries))('false: %s', async (name) => {
  const token = await forgeries[name]?.();
  expect(check(token ?? '', expected())).toMatchObject({ ok: false, why: expect.any(String) });
});
