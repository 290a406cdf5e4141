import { expect, test } from '@jest/globals';
import { strangerOf, tokenCheck } from '../../../src/agent/core/door/guard.ts';

const OWN = ['10.1.2.3', '[fd00::1]'];
const status = (headers: Readonly<Record<string, string>>, own: readonly string[] | undefined = OWN) =>
  strangerOf(headers, own)?.status;

test.each([
  'localhost',
  'LOCALHOST:8787',
  'localhost.',
  '127.0.0.1:8787',
  '127.9.9.9',
  '[::1]:8787',
  '10.1.2.3:1',
  '[fd00::1]',
])('Host %s is ours', (host) => {
  expect(status({ host })).toBeUndefined();
});

test.each([
  'evil.example',
  'evil.example:8787',
  'localhost.evil.example',
  '127.0.0.1.evil.example',
  '127.0.0.1@evil.example',
  'evil.example#localhost',
  'localhost, evil.example',
  'localhost:8787:1',
  '10.1.2.30',
  '::1',
  '2130706433',
  'localhost/',
])('Host %s is a stranger', (host) => {
  expect(status({ host })).toBe(403);
});

test('a missing Host is a bad request', () => {
  expect(status({})).toBe(400);
  expect(status({ host: '' })).toBe(400);
});

test.each(['origin', 'via', 'x-forwarded-for', 'forwarded'])('header %s comes from a browser or a proxy', (name) => {
  expect(status({ host: 'localhost', [name]: '' })).toBe(403);
  expect(strangerOf({ host: 'localhost', [name]: 'x' }, undefined)?.body).toContain(`header ${name}`);
});

test('a unix socket has no Host to rebind', () => {
  expect(strangerOf({ host: 'whatever' }, undefined)).toBeUndefined();
  expect(strangerOf({}, undefined)).toBeUndefined();
});

test('a token must be whole and the same', () => {
  const check = tokenCheck('s3cret');
  expect(check({ authorization: 'Bearer s3cret' })).toBeUndefined();
  expect(check({ authorization: 'bearer  s3cret' })).toBeUndefined();
  for (const authorization of [
    'Bearer s3cre',
    'Bearer s3cret2',
    'Bearer',
    'Bearer ',
    's3cret',
    'Basic s3cret',
    'Bearer a s3cret',
  ]) {
    const refused = check({ authorization });
    expect(refused?.status).toBe(401);
    expect(refused?.body).not.toContain('s3cret');
  }
  expect(check({})?.headers).toEqual({ 'WWW-Authenticate': 'Bearer' });
  expect(tokenCheck(undefined)({})).toBeUndefined();
});
