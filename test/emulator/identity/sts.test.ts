import { generateKeyPairSync } from 'node:crypto';
import { MeterUsageCommand } from '@aws-sdk/client-marketplace-metering';
import { expect, test } from '@jest/globals';
import { exportJWK, SignJWT } from 'jose';
import { DEFAULT_WORLD } from '../../../src/emulator/world/defaultWorld.ts';
import { emulate, type Launched, START, USAGE } from '../support.ts';

const ROLE = 'arn:aws:iam::111122223333:role/metering';

const open = async (options: Parameters<typeof emulate>[0] = {}) => {
  const aws = await emulate(options);
  const ask = async (form: Record<string, string>) => {
    const response = await fetch(aws.url, {
      method: 'POST',
      body: new URLSearchParams({ Version: '2011-06-15', ...form }),
    });
    const body = await response.text();
    const element = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1];
    return { status: response.status, body, element, code: element('Code') };
  };
  const assume = (token: string, more: Record<string, string> = {}) =>
    ask({
      Action: 'AssumeRoleWithWebIdentity',
      RoleArn: ROLE,
      RoleSessionName: 'session',
      WebIdentityToken: token,
      ...more,
    });
  return { aws, ask, assume, [Symbol.asyncDispose]: aws.emulator.stop };
};

const tokenOf = ({ files }: Launched): string => files[0]?.text ?? '';

const tampered = (token: string): string => {
  const [head, body, signature] = token.split('.');
  const claims = JSON.parse(Buffer.from(body ?? '', 'base64url').toString()) as object;
  return [
    head,
    Buffer.from(JSON.stringify({ ...claims, sub: 'system:serviceaccount:a:b' })).toString('base64url'),
    signature,
  ].join('.');
};

test('the token of a pod becomes credentials of its role, and the call is the call of this pod', async () => {
  await using world = await open();
  const pod = await world.aws.launch('eks', { namespace: 'shop', serviceAccount: 'parser' });
  const answer = await world.assume(`${tokenOf(pod)}\n`);
  expect(answer.status).toBe(200);
  expect(answer.element('SubjectFromWebIdentityToken')).toBe('system:serviceaccount:shop:parser');
  expect(answer.element('Arn')).toBe('arn:aws:sts::111122223333:assumed-role/metering/session');
  expect(answer.element('Expiration')).toBe('2026-03-01T11:00:00Z');
  expect(answer.element('RequestId')).toMatch(/^[0-9a-f-]{36}$/);
  const client = world.aws.client({
    accessKeyId: answer.element('AccessKeyId') ?? '',
    secretAccessKey: answer.element('SecretAccessKey') ?? '',
    sessionToken: answer.element('SessionToken') ?? '',
  });
  await client.send(
    new MeterUsageCommand({ ProductCode: USAGE, UsageDimension: 'requests', Timestamp: new Date(START) }),
  );
  expect(await world.aws.admin('GET', 'records')).toMatchObject({
    records: [{ resource: pod.resource.id, kind: 'eks' }],
  });
});

test('a token has the claims that Kubernetes writes', async () => {
  await using world = await open();
  const pod = await world.aws.launch('eks', {
    namespace: 'shop',
    serviceAccount: 'parser',
    name: 'parser-1',
    region: 'eu-west-1',
  });
  const claims: unknown = JSON.parse(Buffer.from(tokenOf(pod).split('.')[1] ?? '', 'base64url').toString());
  expect(claims).toEqual({
    aud: ['sts.amazonaws.com'],
    exp: START / 1000 + 86_400,
    iat: START / 1000,
    nbf: START / 1000,
    iss: 'https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF',
    'kubernetes.io': {
      namespace: 'shop',
      pod: { name: 'parser-1', uid: pod.resource.id },
      serviceaccount: { name: 'parser', uid: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    },
    sub: 'system:serviceaccount:shop:parser',
  });
});

test('a token that was changed, is old, or is none is refused by name', async () => {
  await using world = await open();
  const token = tokenOf(await world.aws.launch('eks'));
  expect(await world.assume(tampered(token))).toMatchObject({ status: 400, code: 'InvalidIdentityToken' });
  expect(await world.assume('a.b.c')).toMatchObject({ status: 400, code: 'InvalidIdentityToken' });
  await world.aws.admin('POST', 'clock', { advance: 86_400_000 });
  expect(await world.assume(token)).toMatchObject({ status: 400, code: 'ExpiredTokenException' });
});

test('a role that is not there and one that does not trust the account are both denied, in the words of STS', async () => {
  const strict = {
    ...DEFAULT_WORLD.roles['metering'],
    trust: { sub: 'system:serviceaccount:shop:parser', aud: 'sts.amazonaws.com', services: [] },
  };
  await using world = await open({
    world: {
      ...DEFAULT_WORLD,
      roles: {
        ...DEFAULT_WORLD.roles,
        strict: { actions: [], ...strict },
        other: { actions: [], trust: { ...strict.trust, aud: 'other.example' } },
      },
    },
  });
  const right = tokenOf(await world.aws.launch('eks', { namespace: 'shop', serviceAccount: 'parser' }));
  const wrong = tokenOf(await world.aws.launch('eks', { namespace: 'default', serviceAccount: 'parser' }));
  const RoleArn = ROLE.replace('metering', 'strict');
  expect((await world.assume(right, { RoleArn })).status).toBe(200);
  for (const refused of [
    await world.assume(wrong, { RoleArn }),
    await world.assume(right, { RoleArn: ROLE.replace('metering', 'nosuch') }),
    await world.assume(right, { RoleArn: ROLE.replace('metering', 'other') }),
    await world.assume(right, { RoleArn: ROLE.replace('111122223333', '999999999999') }),
  ]) {
    expect(refused).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect(refused.element('Message')).toBe('Not authorized to perform sts:AssumeRoleWithWebIdentity');
  }
});

test('a token for somebody else is not for STS', async () => {
  await using world = await open();
  const pod = await world.aws.launch('eks', { credentials: 'podIdentity' });
  expect(await world.assume(tokenOf(pod))).toMatchObject({ code: 'InvalidIdentityToken' });
});

test.each([
  ['a role that is no ARN', { RoleArn: 'metering' }],
  ['a session name with a space', { RoleSessionName: 'a b' }],
  ['a life of a minute', { DurationSeconds: '60' }],
])('%s does not validate', async (_what, more: Record<string, string>) => {
  await using world = await open();
  expect(await world.assume(tokenOf(await world.aws.launch('eks')), more)).toMatchObject({
    status: 400,
    code: 'ValidationError',
  });
});

test('a pod of a cluster outside is known by the key set in the world', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const issuer = 'https://kubernetes.default.svc.cluster.local';
  const key = { ...(await exportJWK(publicKey)), kid: 'real' };
  await using world = await open({
    world: {
      ...DEFAULT_WORLD,
      issuers: [
        {
          issuer,
          account: '111122223333',
          region: 'eu-west-1',
          cluster: 'kind',
          audience: 'sts.amazonaws.com',
          keys: [key],
        },
      ],
    },
  });
  const claims = {
    'kubernetes.io': {
      namespace: 'shop',
      pod: { name: 'p', uid: 'uid-1' },
      serviceaccount: { name: 'parser', uid: 'u' },
    },
  };
  const sign = (by: typeof privateKey) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: 'real' })
      .setIssuer(issuer)
      .setSubject('system:serviceaccount:shop:parser')
      .setAudience('sts.amazonaws.com')
      .setIssuedAt(START / 1000 - 60)
      .setExpirationTime(START / 1000 + 60)
      .sign(by);
  expect((await world.assume(await sign(privateKey))).status).toBe(200);
  expect(await world.aws.admin('GET', 'resources')).toMatchObject({
    resources: [{ id: 'uid-1', kind: 'eks', region: 'eu-west-1', launchedAt: '2026-03-01T09:59:00Z' }],
  });
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  expect(await world.assume(await sign(stranger))).toMatchObject({ code: 'InvalidIdentityToken' });
});

test('an issuer that the world does not know has no provider', async () => {
  await using world = await open();
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const token = await new SignJWT({
    'kubernetes.io': { namespace: 'a', pod: { name: 'p', uid: 'u' }, serviceaccount: { name: 's' } },
  })
    .setProtectedHeader({ alg: 'RS256' })
    .setIssuer('https://elsewhere.example')
    .setSubject('s')
    .setAudience('sts.amazonaws.com')
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(privateKey);
  const refused = await world.assume(token);
  expect(refused.element('Message')).toBe(
    'No OpenIDConnect provider found in your account for https://elsewhere.example',
  );
});

test('an action that STS has not, and one without a signature', async () => {
  await using world = await open();
  expect(await world.ask({ Action: 'GetLuckyNumber' })).toMatchObject({ status: 400, code: 'InvalidAction' });
  expect(await world.ask({ Action: 'GetCallerIdentity' })).toMatchObject({
    status: 403,
    code: 'MissingAuthenticationToken',
  });
});
