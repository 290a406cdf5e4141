import { describe, expect, test } from '@jest/globals';
import { startScriptedAws } from '../support/scriptedAws.ts';
import { eksEnvironment, hourlyProduct, makeStage, RUNS } from './support/stage.ts';
import { makeKeys, trulySigned } from './support/tokens.ts';

const keys = makeKeys();

type Env = Readonly<Record<string, string | undefined>>;

const defined = (env: Env): Record<string, string> =>
  Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

/** Runs both kinds of product where AWS must not be asked; answers how each ended. */
const refusals = async (
  environment: (of: { aws: Awaited<ReturnType<typeof startScriptedAws>>; folder: string; env: Env }) => Env,
  tree: object = {},
  { region = 'eu-west-1' } = {},
) => {
  const taskArn = `arn:aws:ecs:${region}:111122223333:task/shop/0123456789abcdef0123456789abcdef`;
  const ends = [];
  for (const product of [{}, hourlyProduct([{ version: 1, pem: keys.pem }])]) {
    await using aws = await startScriptedAws({ taskArn });
    aws.script('RegisterUsage', trulySigned(keys));
    using stage = makeStage(aws, { ...product, ...tree });
    const env = defined(environment({ aws, folder: stage.folder, env: stage.env }));
    await using program = stage.exec(undefined, { env });
    const { code } = await program.ended;
    const calls = aws.requests
      .filter(({ operation }) => !operation.startsWith('GET /v4'))
      .map(({ operation }) => operation);
    ends.push({ code, ran: program.stdout().includes(RUNS), calls, log: program.stderr() });
  }
  return ends;
};

const expectNoCall = (ends: Awaited<ReturnType<typeof refusals>>, code: number, says: RegExp): void => {
  for (const end of ends) {
    expect(end).toEqual({ code, ran: false, calls: [], log: expect.stringMatching(says) });
  }
};

describe('no call at all in a Region that is refused', () => {
  test.concurrent.each(['af-south-1', 'eu-south-2', 'us-gov-west-1', 'cn-north-1'])('%s on EKS', async (region) => {
    const ends = await refusals(({ aws, folder }) => ({
      ...eksEnvironment(aws, folder, `pod-${region}`),
      AWS_REGION: region,
    }));
    expectNoCall(ends, 76, new RegExp(region));
  });

  test.concurrent.each(['us-gov-west-1', 'cn-north-1', 'us-iso-east-1'])('%s on ECS', async (region) => {
    const partition = region.startsWith('cn') ? 'aws-cn' : region.startsWith('us-gov') ? 'aws-us-gov' : 'aws-iso';
    for (const product of [{}, hourlyProduct([{ version: 1, pem: keys.pem }])]) {
      await using aws = await startScriptedAws({
        taskArn: `arn:${partition}:ecs:${region}:111122223333:task/shop/0123456789abcdef0123456789abcdef`,
      });
      using stage = makeStage(aws, product);
      const env = { ...stage.env, AWS_REGION: region, AWS_DEFAULT_REGION: region };
      await using program = stage.exec(undefined, { env });
      const { code } = await program.ended;
      expect({ code, ran: program.stdout().includes(RUNS) }).toEqual({ code: 76, ran: false });
      expect(program.stderr()).toContain(region);
      expect(aws.requests.map(({ operation }) => operation)).toEqual(['GET /v4/task']);
    }
  });

  test.concurrent('no Region anywhere, on EKS', async () => {
    const ends = await refusals(({ aws, folder }) => ({
      ...eksEnvironment(aws, folder, 'pod'),
      AWS_REGION: undefined,
    }));
    expectNoCall(ends, 76, /AWS_REGION/);
  });

  test.concurrent('two Regions that disagree', async () => {
    const ends = await refusals(({ env }) => ({ ...env, AWS_REGION: 'eu-west-2' }));
    expectNoCall(ends, 76, /eu-west-1.*eu-west-2|eu-west-2.*eu-west-1/);
  });
});

describe('no call with credentials that AWS refuses for metering', () => {
  const KEYS = { AWS_ACCESS_KEY_ID: 'AKIASTATIC', AWS_SECRET_ACCESS_KEY: 'static-secret' };
  const noTaskRole = { AWS_CONTAINER_CREDENTIALS_FULL_URI: undefined };
  const noIrsa = { AWS_ROLE_ARN: undefined, AWS_WEB_IDENTITY_TOKEN_FILE: undefined };

  test.concurrent('static keys on ECS', async () => {
    const ends = await refusals(({ env }) => ({ ...env, ...noTaskRole, ...KEYS }));
    expectNoCall(ends, 76, /task role/);
    expect(ends[0]?.log).not.toContain('static-secret');
  });

  test.concurrent('static keys on EKS', async () => {
    const ends = await refusals(({ aws, folder }) => ({ ...eksEnvironment(aws, folder, 'pod'), ...noIrsa, ...KEYS }));
    expectNoCall(ends, 76, /role-arn/);
  });

  test.concurrent('Pod Identity', async () => {
    const ends = await refusals(({ aws, folder }) => ({
      ...eksEnvironment(aws, folder, 'pod'),
      ...noIrsa,
      AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://169.254.170.23/v1/credentials',
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '/var/run/secrets/pods.eks.amazonaws.com/token',
    }));
    expectNoCall(ends, 76, /Pod Identity/);
  });

  test.concurrent('the node role only, on EKS: instance metadata is not asked', async () => {
    const ends = await refusals(({ aws, folder }) => ({
      ...eksEnvironment(aws, folder, 'pod'),
      ...noIrsa,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: aws.origin,
    }));
    expectNoCall(ends, 76, /role-arn/);
  });

  test.concurrent('neither a task, a pod nor an instance', async () => {
    const ends = await refusals(({ env }) => ({
      PATH: env['PATH'],
      AWS_REGION: 'eu-west-1',
      AWS_EC2_METADATA_DISABLED: 'true',
      ...KEYS,
    }));
    expectNoCall(ends, 76, /ECS task.*EKS pod/);
  });
});

test("stray static keys beside IRSA do not sign: the pod's role does", async () => {
  await using aws = await startScriptedAws();
  using stage = makeStage(aws);
  const env = {
    ...eksEnvironment(aws, stage.folder, 'pod-stray'),
    AWS_ACCESS_KEY_ID: 'AKIASTATIC',
    AWS_SECRET_ACCESS_KEY: 'static-secret',
  };
  await using program = stage.exec(undefined, { env });
  expect((await program.ended).code).toBe(0);
  expect(aws.calls('AssumeRoleWithWebIdentity')).toHaveLength(1);
  expect(aws.calls('DryRun')[0]?.headers['authorization']).toContain('Credential=ASIASCRIPTED/');
  expect(aws.requests.map(({ raw }) => raw.toString()).join()).not.toContain('AKIASTATIC');
});

describe('an endpoint override in a sealed configuration', () => {
  const SEALED = { sealed: true };
  const cases: readonly (readonly [string, string])[] = [
    ['AWS_ENDPOINT_URL', 'ecs'],
    ['AWS_ENDPOINT_URL_MARKETPLACE_METERING', 'ecs'],
    ['AWS_ENDPOINT_URL', 'eks'],
    ['AWS_ENDPOINT_URL_MARKETPLACE_METERING', 'eks'],
    ['AWS_ENDPOINT_URL_STS', 'eks'],
  ];
  test.concurrent.each(cases)('%s on %s: 78, and nobody is asked', async (variable, home) => {
    const ends = await refusals(({ aws, folder, env }) => {
      const base: Env = home === 'ecs' ? env : eksEnvironment(aws, folder, 'pod');
      return {
        ...base,
        AWS_ENDPOINT_URL_MARKETPLACE_METERING: undefined,
        AWS_ENDPOINT_URL_STS: undefined,
        [variable]: aws.origin,
      };
    }, SEALED);
    expectNoCall(ends, 78, new RegExp(variable));
  });
});
