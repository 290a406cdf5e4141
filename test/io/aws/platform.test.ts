import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Environment } from '../../../src/agent/core/platform/environment.ts';
import { lookAround } from '../../../src/agent/io/aws/platform.ts';
import { says, startFakeAws, startRawServer } from '../../support/fakeAws.ts';
import { ecsEnvironment, POD_UID, podToken, ROLE_ARN, TASK_ARN } from './support.ts';

const look = (
  env: Environment,
  { platform = 'auto', endpoints = 'any' }: Partial<Parameters<typeof lookAround>[1]> = {},
) => lookAround(env, { platform, endpoints });

const TASK = 'GET /metadata/task';
const IMDS_TOKEN = 'PUT /latest/api/token';
const DOCUMENT = 'GET /latest/dynamic/instance-identity/document';

test('task metadata is asked once, with white space around its address', async () => {
  await using aws = await startFakeAws();
  aws.always(TASK, says({ Cluster: 'billing', TaskARN: TASK_ARN }));
  const env = { ...ecsEnvironment(aws), ECS_CONTAINER_METADATA_URI_V4: `${aws.origin}/metadata/\n` };
  expect(await look(env)).toMatchObject({
    kind: 'known',
    whereabouts: { resource: TASK_ARN, warnings: [expect.stringContaining('ECS_CONTAINER_METADATA_URI_V4')] },
  });
  expect(aws.seen).toHaveLength(1);
});

test.each([
  ['429', says({}, 429)],
  ['500', says({}, 500)],
  ['cut', { do: 'cut' }],
  ['hang', { do: 'hang' }],
  ['half', { do: 'half' }],
  ['HTML', { do: 'answer', text: '<html></html>' }],
] as const)('task metadata in trouble is asked again later: %s', async (_title, act) => {
  await using aws = await startFakeAws();
  aws.next(TASK, act);
  aws.always(TASK, says({ Cluster: 'billing', TaskARN: TASK_ARN }));
  const env = ecsEnvironment(aws);
  expect(await look(env)).toMatchObject({ kind: 'trouble', message: expect.stringContaining('task metadata') });
  expect((await look(env)).kind).toBe('known');
});

test('where only AWS is believed, task metadata beside the link-local address is not', async () => {
  await using aws = await startFakeAws();
  await expect(look(ecsEnvironment(aws), { endpoints: 'aws' })).rejects.toMatchObject({
    code: 'ecs_metadata_missing',
    exitCode: 76,
  });
  expect(aws.seen).toEqual([]);
});

test('a pod asks nobody: its token tells', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'tollgate-pod-')), 'token');
  await writeFile(file, `${podToken('secret-signature')}\n`);
  const env = { AWS_REGION: 'eu-west-1', AWS_ROLE_ARN: `${ROLE_ARN}\r\n`, AWS_WEB_IDENTITY_TOKEN_FILE: file };
  const detected = await look(env);
  expect(detected).toMatchObject({
    whereabouts: { platform: 'eks', resource: POD_UID, credentialSource: { roleArn: ROLE_ARN } },
  });
  expect(JSON.stringify(detected)).not.toContain('secret-signature');
});

test('a token file that is not there yet is trouble', async () => {
  const env = { AWS_REGION: 'eu-west-1', AWS_ROLE_ARN: ROLE_ARN, AWS_WEB_IDENTITY_TOKEN_FILE: '/nowhere/token' };
  expect(await look(env)).toMatchObject({ kind: 'trouble', message: expect.stringContaining('/nowhere/token') });
});

test('instance metadata is asked with a token of its second version', async () => {
  await using aws = await startFakeAws();
  aws.always(IMDS_TOKEN, { do: 'answer', text: 'imds-token' });
  aws.always(DOCUMENT, says({ instanceId: 'i-0abc', region: 'eu-west-1', accountId: '111122223333' }));
  const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: aws.origin };
  expect(await look(env)).toMatchObject({
    whereabouts: { platform: 'ec2', resource: 'i-0abc', account: '111122223333' },
  });
  expect(aws.calls(DOCUMENT)[0]?.headers['x-aws-ec2-metadata-token']).toBe('imds-token');
});

test('instance metadata in trouble is asked again, and one that is switched off is named', async () => {
  await using aws = await startFakeAws();
  aws.next(IMDS_TOKEN, says({}, 503), says({}, 403));
  const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: aws.origin };
  expect((await look(env)).kind).toBe('trouble');
  await expect(look(env)).rejects.toMatchObject({ code: 'instance_metadata_refused', exitCode: 76 });
});

test('nowhere at all: what was tried is said', async () => {
  await using mute = await startRawServer(() => {});
  const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://127.0.0.1:${mute.port}` };
  await expect(look(env)).rejects.toThrow(/neither an ECS task.*no answer within 1000 ms/);
  await expect(look({ ...env, AWS_EC2_METADATA_DISABLED: 'true' })).rejects.toThrow(/AWS_EC2_METADATA_DISABLED/);
  await expect(look({ AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1' })).rejects.toThrow(/ECONNREFUSED/);
});

test('a laptop asks nobody', async () => {
  expect(await look({}, { platform: 'local', endpoints: 'aws' })).toMatchObject({ whereabouts: { platform: 'local' } });
});
