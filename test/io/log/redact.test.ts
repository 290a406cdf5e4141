import { expect, test } from '@jest/globals';
import { isSecretField, redactText } from '../../../src/agent/io/log/redact.ts';

const KEY = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzeXN0ZW0ifQ.c2lnbmF0dXJlLXRoYXQtaXMtbG9uZw';
const SESSION = `IQoJb3JpZ2luX2VjE${'A1b2/+'.repeat(20)}==`;

test.each([
  ['an access key id', `key ASIAIOSFODNN7EXAMPLE was used`, 'FODNN7EXAMPLE'],
  ['a web identity token', `token=${JWT} was refused`, 'eyJzdWI'],
  ['a session token', `x-amz-security-token: ${SESSION}`, 'A1b2'],
  ['a session token alone', `got ${SESSION}`, 'A1b2'],
  ['a secret by its name', `AWS_SECRET_ACCESS_KEY=${KEY}`, 'K7MDENG'],
  ['a secret in JSON', `{"SecretAccessKey":"${KEY}"}`, 'K7MDENG'],
  ['an Authorization header', `Authorization: AWS4-HMAC-SHA256 Credential=x/y, Signature=${'ab'.repeat(32)}`, 'abab'],
  ['a bearer token', 'sent Bearer 0123456789abcdef', '0123456789'],
  ['a proxy password', 'proxy http://user:hunter2@proxy.example:3128 failed', 'hunter2'],
  ['a proxy header', 'Proxy-Authorization: Basic dXNlcjpodW50ZXIy', 'dXNlcjpod'],
  ['a password by its name', 'password=hunter2&x=1', 'hunter2'],
])('%s is cut', (_what, text, secret) => {
  const redacted = redactText(text);
  expect(redacted).not.toContain(secret);
  expect(redacted).toContain('[cut]');
});

test.each([
  'arn:aws:ecs:us-east-1:111122223333:task/cluster/0123456789abcdef0123456789abcdef',
  'no credentials: the task has no role. Fix: give the task definition a taskRoleArn',
  'http://127.0.0.1:8787/v1/usage',
  `client token ${'0123456789abcdef'.repeat(4)}`,
  'author@example.com wrote it',
])('what is no secret stays: %s', (text) => {
  expect(redactText(text)).toBe(text);
});

test('fields are secret by name, in any spelling', () => {
  for (const name of ['secretAccessKey', 'SessionToken', 'session_token', 'password', 'authorization', 'token']) {
    expect(isSecretField(name)).toBe(true);
  }
  for (const name of ['tokenFile', 'clientToken', 'keyVersion', 'reason']) expect(isSecretField(name)).toBe(false);
});
