import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Environment } from '../../../src/agent/core/platform/environment.ts';
import { assumed, type FakeAws, says, startFakeAws, stsRefuses } from '../../support/fakeAws.ts';
import { open, podToken, ROLE_ARN, record } from './support.ts';

const STS = 'AssumeRoleWithWebIdentity';

const startPod = async (aws: FakeAws, token: string, extra: Environment = {}) => {
  const file = join(await mkdtemp(join(tmpdir(), 'tollgate-pod-')), 'token');
  await writeFile(file, `${token}\n`);
  const client = await open({
    KUBERNETES_SERVICE_HOST: '10.100.0.1',
    AWS_REGION: 'eu-west-1',
    AWS_ROLE_ARN: ROLE_ARN,
    AWS_WEB_IDENTITY_TOKEN_FILE: file,
    AWS_ENDPOINT_URL_MARKETPLACE_METERING: aws.origin,
    AWS_ENDPOINT_URL_STS: aws.origin,
    ...extra,
  });
  return { ...client, file };
};

const sentToken = (body: string | undefined): string | null => new URLSearchParams(body).get('WebIdentityToken');

test('a pod signs with the role of its service account', async () => {
  await using aws = await startFakeAws();
  const { marketplace } = await startPod(aws, podToken('first'), {
    AWS_ACCESS_KEY_ID: 'AKIDSTRAY',
    AWS_SECRET_ACCESS_KEY: 's',
  });
  expect((await marketplace.meter(record)).kind).toBe('ok');
  expect((await marketplace.meter(record)).kind).toBe('ok');

  expect(aws.calls(STS)).toHaveLength(1);
  const form = new URLSearchParams(aws.calls(STS)[0]?.body);
  expect(form.get('RoleArn')).toBe(ROLE_ARN);
  expect(form.get('RoleSessionName')).toBe('tollgate');
  expect(form.get('WebIdentityToken')).toBe(podToken('first'));
  expect(aws.calls('MeterUsage')[0]?.headers['authorization']).toContain('Credential=ASIAFAKE/');
});

test('each assumption of the role carries the token that the file holds then', async () => {
  await using aws = await startFakeAws();
  const { marketplace, file } = await startPod(aws, podToken('first'));
  await marketplace.meter(record);

  await writeFile(`${file}.new`, podToken('second'));
  await rename(`${file}.new`, file);
  marketplace.renewCredentials();
  await marketplace.meter(record);
  expect(aws.calls(STS).map(({ body }) => sentToken(body))).toEqual([podToken('first'), podToken('second')]);
});

test('a token file that is missing for a moment is trouble, not a refusal', async () => {
  await using aws = await startFakeAws();
  const { marketplace, file } = await startPod(aws, podToken('first'));
  await rm(file);
  expect(await marketplace.meter(record)).toMatchObject({
    kind: 'noCredentials',
    trouble: { transient: true, message: expect.stringContaining('ENOENT') },
  });
  expect(aws.seen).toEqual([]);
});

test('a trust policy that does not fit is told apart from a missing permission, without the token', async () => {
  await using aws = await startFakeAws();
  const { marketplace } = await startPod(aws, podToken('very-secret-signature'));
  aws.next(STS, stsRefuses('AccessDenied', 403, 'Not authorized to perform sts:AssumeRoleWithWebIdentity'));
  const answer = await marketplace.meter(record);
  expect(answer).toMatchObject({ kind: 'noCredentials', trouble: { transient: false } });
  const text = JSON.stringify(answer);
  expect(text).toContain(ROLE_ARN);
  expect(text).toContain('system:serviceaccount:shop:parser');
  expect(text).toContain('sts.amazonaws.com');
  expect(text).not.toContain('very-secret-signature');
  expect(aws.calls(STS)).toHaveLength(1);
});

test.each([
  ['InvalidIdentityToken', 400, false],
  ['ValidationError', 400, false],
  ['RegionDisabledException', 403, false],
  ['ExpiredTokenException', 400, true],
  ['IDPCommunicationError', 400, true],
  ['Throttling', 400, true],
  ['InternalFailure', 500, true],
])('STS says %s', async (code, status, transient) => {
  await using aws = await startFakeAws();
  const { marketplace } = await startPod(aws, podToken('first'));
  aws.next(STS, stsRefuses(code, status, 'because'));
  expect(await marketplace.meter(record)).toMatchObject({ kind: 'noCredentials', trouble: { transient } });
  expect(aws.calls(STS)).toHaveLength(1);
  expect(aws.calls('MeterUsage')).toEqual([]);
});

test.each([
  ['cut', { do: 'cut' }],
  ['a page of a proxy', { do: 'answer', status: 403, text: '<html>Login</html>', foreign: true }],
  ['half an answer', { do: 'half' }],
  ['another format', says({})],
] as const)('STS in trouble: %s', async (_title, act) => {
  await using aws = await startFakeAws();
  const { marketplace } = await startPod(aws, podToken('first'));
  aws.next(STS, act);
  expect(await marketplace.meter(record)).toMatchObject({ kind: 'noCredentials', trouble: { transient: true } });
});

test('a session name of the buyer is kept', async () => {
  await using aws = await startFakeAws();
  const { marketplace } = await startPod(aws, podToken('first'), { AWS_ROLE_SESSION_NAME: 'parser-1' });
  aws.next(STS, assumed(new Date(Date.now() + 3_600_000)));
  await marketplace.meter(record);
  expect(new URLSearchParams(aws.calls(STS)[0]?.body).get('RoleSessionName')).toBe('parser-1');
});
