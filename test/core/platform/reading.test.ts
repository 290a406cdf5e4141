import { expect, test } from '@jest/globals';
import { clusterName, parseRoleArn, parseTaskArn } from '../../../src/agent/core/platform/arn.ts';
import { claimsOf } from '../../../src/agent/core/platform/claims.ts';
import { cleanEnvironment } from '../../../src/agent/core/platform/environment.ts';
import { CLAIMS, POD_UID, tokenWith } from './support.ts';

test.each([
  ['arn:aws:ecs:eu-west-1:111122223333:task/0123456789abcdef0123456789abcdef', 'aws', 'eu-west-1', undefined],
  ['arn:aws:ecs:eu-west-1:111122223333:task/my.cluster/0123456789abcdef', 'aws', 'eu-west-1', 'my.cluster'],
  ['arn:aws:ecs:eu-west-1:111122223333:task/8f9c2d3e-0000-4222-8333-444455556666', 'aws', 'eu-west-1', undefined],
  ['arn:aws-cn:ecs:cn-northwest-1:111122223333:task/c/0123', 'aws-cn', 'cn-northwest-1', 'c'],
  ['arn:aws-us-gov:ecs:us-gov-west-1:111122223333:task/c/0123', 'aws-us-gov', 'us-gov-west-1', 'c'],
  ['arn:aws-eusc:ecs:eusc-de-east-1:111122223333:task/c/0123', 'aws-eusc', 'eusc-de-east-1', 'c'],
  ['arn:aws-iso-b:ecs:us-isob-east-1:111122223333:task/c/0123', 'aws-iso-b', 'us-isob-east-1', 'c'],
])('a task ARN is read in every shape: %s', (arn, partition, region, cluster) => {
  expect(parseTaskArn(arn)).toEqual({ arn, partition, region, account: '111122223333', cluster });
});

test.each([
  '',
  'arn:aws:ecs:eu-west-1:1111:task/c/1',
  'arn:aws:ecs::111122223333:task/c/1',
  'arn:aws:ecs:eu-west-1:111122223333:cluster/c',
  'arn:aws:ecs:eu-west-1:111122223333:task/a/b/c',
])('this is no task ARN: %j', (arn) => {
  expect(parseTaskArn(arn)).toBeUndefined();
});

test('a cluster has one name, whether it is given as a name or as an ARN', () => {
  expect(clusterName('billing')).toBe('billing');
  expect(clusterName('arn:aws-cn:ecs:cn-north-1:111122223333:cluster/billing')).toBe('billing');
});

test('a role ARN is read with its path and partition', () => {
  expect(parseRoleArn('arn:aws:iam::111122223333:role/path/to/parser')).toMatchObject({ account: '111122223333' });
  expect(parseRoleArn('arn:aws-us-gov:iam::111122223333:role/parser')).toMatchObject({ partition: 'aws-us-gov' });
  expect(parseRoleArn('arn:aws:iam::111122223333:user/parser')).toBeUndefined();
  expect(parseRoleArn('parser')).toBeUndefined();
});

test('of a token only its subject, audience and pod are read, with or without a line end', () => {
  const claims = { subject: CLAIMS.sub, audience: 'sts.amazonaws.com', podUid: POD_UID };
  expect(claimsOf(tokenWith(CLAIMS))).toEqual(claims);
  expect(claimsOf(`${tokenWith(CLAIMS)}\r\n`)).toEqual(claims);
  expect(claimsOf(tokenWith({ ...CLAIMS, aud: 'one' }))).toMatchObject({ audience: 'one' });
});

test('a token that is none, or holds other things, is no error', () => {
  expect(claimsOf('')).toBeUndefined();
  expect(claimsOf('a.b')).toBeUndefined();
  expect(claimsOf('a.!!!.c')).toBeUndefined();
  const nothing = { subject: undefined, audience: undefined, podUid: undefined };
  expect(claimsOf(tokenWith([]))).toEqual(nothing);
  expect(claimsOf(tokenWith({ sub: 7, aud: [], 'kubernetes.io': { pod: 'x' } }))).toEqual(nothing);
});

test.each(['\n', '\r\n', '\u00a0', '\ufeff'])('white space around a value is cut, and told once: %j', (space) => {
  const { env, warnings } = cleanEnvironment({ AWS_REGION: `${space}eu-west-1${space}`, OTHER: ' x ' });
  expect(env).toEqual({ AWS_REGION: 'eu-west-1', OTHER: ' x ' });
  expect(warnings).toEqual([expect.stringContaining('AWS_REGION')]);
});

test('a value of white space alone is not set, and a warning shows no value', () => {
  expect(cleanEnvironment({ AWS_ROLE_ARN: ' \n' })).toEqual({ env: { AWS_ROLE_ARN: undefined }, warnings: [] });
  const { warnings } = cleanEnvironment({ HTTPS_PROXY: 'http://user:pass-word@proxy \n' });
  expect(warnings.join()).not.toContain('pass-word');
});
