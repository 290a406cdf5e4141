import { expect, test } from '@jest/globals';
import { TollgateError } from '../../../src/agent/core/errors.ts';
import { detect } from '../../../src/agent/core/platform/detect.ts';
import type { Environment } from '../../../src/agent/core/platform/environment.ts';
import type { Evidence } from '../../../src/agent/core/platform/evidence.ts';
import { CLAIMS, ECS, EKS, evidenceOf, found, POD_UID, ROLE_ARN, TASK_ARN, tokenWith } from './support.ts';

const AUTO = { platform: 'auto', endpoints: 'aws' } as const;
const ANY = { platform: 'auto', endpoints: 'any' } as const;

const refusalOf = (look: () => unknown): TollgateError => {
  try {
    look();
  } catch (error) {
    if (error instanceof TollgateError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

const task = (arn = TASK_ARN, cluster = 'billing') => ({ task: found({ TaskARN: arn, Cluster: cluster }) });
const pod = (claims: unknown = CLAIMS) => ({ token: found(tokenWith(claims)) });
const without = (env: Environment, ...names: readonly string[]): Environment =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)));

test('an ECS task is its ARN, its Region and its task role', () => {
  expect(detect(evidenceOf(ECS, task()), AUTO)).toEqual({
    kind: 'known',
    whereabouts: {
      platform: 'ecs',
      region: { name: 'eu-west-1', source: 'the TaskARN of the task metadata' },
      partition: 'aws',
      resource: TASK_ARN,
      account: '111122223333',
      cluster: 'billing',
      credentialSource: { kind: 'taskRole', relativeUri: '/v2/credentials/abc' },
      warnings: [],
    },
  });
});

test('on the EC2 launch type the Region comes from the ARN alone, and a cluster from either', () => {
  const { whereabouts } = detect(
    evidenceOf(without(ECS, 'AWS_REGION'), task(TASK_ARN, 'arn:aws:ecs:eu-west-1:111122223333:cluster/billing')),
    AUTO,
  ) as { whereabouts: unknown };
  expect(whereabouts).toMatchObject({ region: { name: 'eu-west-1' }, cluster: 'billing' });
});

test('a pod is its UID, its Region and the role of its service account', () => {
  expect(detect(evidenceOf(EKS, pod()), AUTO)).toMatchObject({
    kind: 'known',
    whereabouts: {
      platform: 'eks',
      region: { name: 'eu-west-1', source: 'AWS_REGION' },
      resource: POD_UID,
      account: '111122223333',
      credentialSource: { kind: 'irsa', roleArn: ROLE_ARN, subject: CLAIMS.sub, audience: 'sts.amazonaws.com' },
      warnings: [],
    },
  });
});

test('a token that does not name its pod leaves it to POD_UID', () => {
  const silent = pod({ sub: CLAIMS.sub });
  expect(detect(evidenceOf({ ...EKS, POD_UID: 'uid-1' }, silent), AUTO)).toMatchObject({
    whereabouts: { resource: 'uid-1' },
  });
  expect(refusalOf(() => detect(evidenceOf(EKS, silent), AUTO))).toMatchObject({
    code: 'pod_unknown',
    exitCode: 76,
    remedy: expect.stringContaining('metadata.uid'),
  });
});

test('where token and POD_UID disagree the token is believed, and both are named', () => {
  expect(detect(evidenceOf({ ...EKS, POD_UID: 'other' }, pod()), AUTO)).toMatchObject({
    whereabouts: { resource: POD_UID, warnings: [expect.stringMatching(new RegExp(`other.*${POD_UID}`))] },
  });
});

const INSTANCE = { instance: found({ instanceId: 'i-0abc', region: 'eu-west-1', accountId: '111122223333' }) };

test('an instance is its id, by what instance metadata says', () => {
  expect(detect(evidenceOf({}, INSTANCE), AUTO)).toMatchObject({
    whereabouts: {
      platform: 'ec2',
      resource: 'i-0abc',
      region: { name: 'eu-west-1', source: 'the instance identity document' },
      credentialSource: { kind: 'instanceRole', endpoint: 'http://169.254.169.254' },
    },
  });
});

test('instance metadata elsewhere is asked with "endpoints: any" alone', () => {
  const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1338/' };
  expect(detect(evidenceOf(env, INSTANCE), ANY)).toMatchObject({
    whereabouts: { credentialSource: { endpoint: 'http://127.0.0.1:1338' }, warnings: [] },
  });
  expect(detect(evidenceOf(env, INSTANCE), AUTO)).toMatchObject({
    whereabouts: {
      credentialSource: { endpoint: 'http://169.254.169.254' },
      warnings: [expect.stringContaining('AWS_EC2_METADATA_SERVICE_ENDPOINT')],
    },
  });
});

test('a laptop needs nothing of AWS', () => {
  expect(detect(evidenceOf({ AWS_PROFILE: 'me' }), { platform: 'local', endpoints: 'aws' })).toEqual({
    kind: 'known',
    whereabouts: { platform: 'local', resource: 'local', warnings: [] },
  });
});

test('nowhere is an error that says how to try it', () => {
  const absent = {
    instance: { kind: 'absent', why: 'EC2 instance metadata does not answer: no answer within 1000 ms' },
  } as const;
  expect(refusalOf(() => detect(evidenceOf({ AWS_ACCESS_KEY_ID: 'a' }, absent), AUTO))).toMatchObject({
    code: 'platform_unknown',
    exitCode: 76,
    message: expect.stringContaining('no answer within 1000 ms'),
    remedy: expect.stringMatching(/platform: local.*emulator/),
  });
});

test('instance metadata that is silent is trouble where the vendor says that this is EC2', () => {
  const absent = { instance: { kind: 'absent', why: 'silent' } } as const;
  expect(detect(evidenceOf({}, absent), { platform: 'ec2', endpoints: 'aws' })).toEqual({
    kind: 'trouble',
    message: 'silent',
  });
});

test.each<readonly [string, Environment, Partial<Evidence>]>([
  ['the task metadata endpoint', ECS, { task: { kind: 'trouble', why: 'it answered 429' } }],
  ['the token file', EKS, { token: { kind: 'trouble', why: 'it is being swapped' } }],
  ['instance metadata', {}, { instance: { kind: 'trouble', why: 'it answered 500' } }],
])('trouble is no refusal: %s', (_title, env, rest) => {
  expect(detect(evidenceOf(env, rest), AUTO).kind).toBe('trouble');
});

test('two Regions are an error that names both sources and both values', () => {
  const { message, exitCode } = refusalOf(() => detect(evidenceOf({ ...ECS, AWS_REGION: 'us-east-1' }, task()), AUTO));
  expect(exitCode).toBe(76);
  expect(message).toBe('AWS_REGION says us-east-1, the TaskARN of the task metadata says eu-west-1');
  expect(refusalOf(() => detect(evidenceOf({ ...EKS, AWS_DEFAULT_REGION: 'us-west-2' }, pod()), AUTO)).message).toMatch(
    /AWS_REGION says eu-west-1, AWS_DEFAULT_REGION says us-west-2/,
  );
});

test('no Region is ever made up', () => {
  const nowhere = without(EKS, 'AWS_REGION', 'AWS_DEFAULT_REGION');
  expect(refusalOf(() => detect(evidenceOf(nowhere, pod()), AUTO))).toMatchObject({
    code: 'region_unknown',
    exitCode: 76,
  });
  expect(refusalOf(() => detect(evidenceOf({ ...EKS, AWS_REGION: 'europe' }, pod()), AUTO)).message).toContain(
    '"europe"',
  );
});

test('GovCloud and China are found, and left to the Region table', () => {
  const arn = 'arn:aws-us-gov:ecs:us-gov-west-1:111122223333:task/c/0123';
  expect(detect(evidenceOf({ ...ECS, AWS_REGION: 'us-gov-west-1' }, task(arn)), AUTO)).toMatchObject({
    whereabouts: { partition: 'aws-us-gov', region: { name: 'us-gov-west-1' } },
  });
});

test('a pod older than its annotation is told what helps, in the order that helps', () => {
  const {
    exitCode,
    message,
    remedy = '',
  } = refusalOf(() => detect(evidenceOf(without(EKS, 'AWS_ROLE_ARN', 'AWS_WEB_IDENTITY_TOKEN_FILE')), AUTO));
  expect(exitCode).toBe(76);
  expect(message).toContain('AWS_WEB_IDENTITY_TOKEN_FILE');
  const order = [
    'eks.amazonaws.com/role-arn',
    'delete the pod',
    'restart of the container is not enough',
    'skip-containers',
  ];
  const places = order.map((word) => remedy.indexOf(word));
  expect(places.every((place) => place >= 0)).toBe(true);
  expect(places).toEqual([...places].sort((a, b) => a - b));
});

test.each([
  ['AWS_WEB_IDENTITY_TOKEN_FILE', /AWS_ROLE_ARN is set, AWS_WEB_IDENTITY_TOKEN_FILE is missing/],
  ['AWS_ROLE_ARN', /AWS_WEB_IDENTITY_TOKEN_FILE is set, AWS_ROLE_ARN is missing/],
])('half of IRSA names the other half: %s', (name, message) => {
  expect(refusalOf(() => detect(evidenceOf(without(EKS, name), pod()), AUTO)).message).toMatch(message);
});

const POD_IDENTITY = { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://169.254.170.23/v1/credentials' };

test('Pod Identity alone is refused by name, in both address families and without a Kubernetes variable', () => {
  for (const host of ['169.254.170.23', '[fd00:ec2::23]']) {
    const env = { AWS_REGION: 'eu-west-1', AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://${host}/v1/credentials` };
    expect(refusalOf(() => detect(evidenceOf(env), AUTO))).toMatchObject({ code: 'pod_identity', exitCode: 76 });
  }
});

test('beside IRSA, Pod Identity and stray keys are not used, and that is said', () => {
  const env = {
    ...EKS,
    ...POD_IDENTITY,
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 'never-shown',
    AWS_PROFILE: 'p',
  };
  const detected = detect(evidenceOf(env, pod()), AUTO);
  expect(detected).toMatchObject({
    whereabouts: {
      credentialSource: { kind: 'irsa' },
      warnings: [
        expect.stringContaining('IRSA is used'),
        expect.stringContaining('AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_PROFILE: set but not used'),
      ],
    },
  });
  expect(JSON.stringify(detected)).not.toContain('never-shown');
});

test('keys cannot stand in for a role, on EKS or on ECS', () => {
  const keys = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 's' };
  const podWithKeys = { KUBERNETES_SERVICE_HOST: '10.100.0.1', AWS_REGION: 'eu-west-1', ...keys };
  expect(refusalOf(() => detect(evidenceOf(podWithKeys), AUTO)).message).toContain('AWS_ACCESS_KEY_ID');
  const taskWithKeys = { ...without(ECS, 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'), ...keys };
  expect(refusalOf(() => detect(evidenceOf(taskWithKeys, task()), AUTO))).toMatchObject({
    code: 'task_role_missing',
    exitCode: 76,
    message: expect.stringContaining('AWS_ACCESS_KEY_ID'),
    remedy: expect.stringContaining('taskRoleArn'),
  });
});

test('a loopback credential endpoint is an emulator, and is taken with "endpoints: any" alone', () => {
  const base = without(ECS, 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI');
  const env = { ...base, AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:8700/creds/1' };
  expect(detect(evidenceOf(env, task()), ANY)).toMatchObject({
    whereabouts: { credentialSource: { kind: 'taskRole', fullUri: 'http://127.0.0.1:8700/creds/1' } },
  });
  expect(refusalOf(() => detect(evidenceOf(env, task()), AUTO)).remedy).toContain('endpoints: any');
  const elsewhere = { ...base, AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://example.com/creds' };
  expect(refusalOf(() => detect(evidenceOf(elsewhere, task()), ANY)).code).toBe('task_role_missing');
});

test('a place that looks like two is not guessed', () => {
  const both = { ...ECS, ...EKS };
  expect(refusalOf(() => detect(evidenceOf(both, { ...task(), ...pod() }), AUTO))).toMatchObject({
    code: 'platform_ambiguous',
    exitCode: 76,
  });
  expect(detect(evidenceOf(both, task()), { platform: 'ecs', endpoints: 'aws' })).toMatchObject({
    whereabouts: { platform: 'ecs' },
  });
});

test.each([
  ['no TaskARN', found({}), 'task_arn_invalid'],
  ['another ARN', found({ TaskARN: 'arn:aws:ecs:eu-west-1:111122223333:cluster/c' }), 'task_arn_invalid'],
  ['nobody', { kind: 'absent', why: 'nobody answers' } as const, 'ecs_metadata_missing'],
])('task metadata that is none: %s', (_title, answer, code) => {
  expect(refusalOf(() => detect(evidenceOf(ECS, { task: answer }), AUTO))).toMatchObject({ code, exitCode: 76 });
});

test('a platform that is forced where it is not says what is missing', () => {
  expect(refusalOf(() => detect(evidenceOf({}), { platform: 'ecs', endpoints: 'aws' })).code).toBe(
    'ecs_metadata_missing',
  );
  expect(refusalOf(() => detect(evidenceOf({}), { platform: 'eks', endpoints: 'aws' })).code).toBe('irsa_missing');
});
