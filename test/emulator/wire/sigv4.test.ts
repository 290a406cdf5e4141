import { expect, test } from '@jest/globals';
import type { Incoming } from '../../../src/emulator/wire/http.ts';
import { authorizationOf, isSignedBy, signatureOf } from '../../../src/emulator/wire/sigv4.ts';

/** The worked example of AWS's documentation, "Signature Version 4 signing process". */
const LIST_USERS: Incoming = {
  method: 'GET',
  path: '/',
  query: 'Action=ListUsers&Version=2010-05-08',
  headers: {
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    host: 'iam.amazonaws.com',
    'x-amz-date': '20150830T123600Z',
  },
  body: Buffer.alloc(0),
};
const HEADER =
  'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7';
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';

test("AWS's own example has the signature that AWS gives", () => {
  const authorization = authorizationOf(HEADER);
  if (authorization === undefined) throw new Error('the header was not read');
  expect(authorization).toMatchObject({ accessKeyId: 'AKIDEXAMPLE', region: 'us-east-1', service: 'iam' });
  expect(signatureOf(LIST_USERS, authorization, '20150830T123600Z', SECRET)).toBe(authorization.signature);
  expect(isSignedBy(LIST_USERS, authorization, '20150830T123600Z', SECRET)).toBe(true);
  for (const changed of [
    { ...LIST_USERS, method: 'POST' },
    { ...LIST_USERS, path: '/x' },
    { ...LIST_USERS, query: 'Action=ListUsers&Version=2010-05-09' },
    { ...LIST_USERS, body: Buffer.from('x') },
    { ...LIST_USERS, headers: { ...LIST_USERS.headers, host: 'iam.example' } },
  ]) {
    expect(isSignedBy(changed, authorization, '20150830T123600Z', SECRET)).toBe(false);
  }
  expect(isSignedBy(LIST_USERS, authorization, '20150830T123601Z', SECRET)).toBe(false);
  expect(isSignedBy(LIST_USERS, authorization, '20150830T123600Z', `${SECRET}x`)).toBe(false);
});

test.each([
  'Bearer x',
  'AWS4-HMAC-SHA256 ',
  'AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request, SignedHeaders=host',
  'AWS4-HMAC-SHA256 Credential=a/b/c/d, SignedHeaders=host, Signature=0',
  'AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request/more, SignedHeaders=host, Signature=0',
  'AWS4-HMAC-SHA256 Credential=/b/c/d/aws4_request, SignedHeaders=host, Signature=0',
])('%j is no authorization', (header) => {
  expect(authorizationOf(header)).toBeUndefined();
});
