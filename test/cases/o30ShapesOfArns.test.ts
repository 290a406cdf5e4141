import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { lookAround } from '../../src/agent/io/aws/platform.ts';
import { startScriptedAws, yes } from '../support/scriptedAws.ts';
import { ecsEnvironment, makeStage } from '../wire/support/stage.ts';

const ACCOUNT = '111122223333';
const newId = (): string => randomBytes(16).toString('hex');

/** What the task metadata endpoint of a task on EC2 answers, so far as it matters. */
const metadata = (TaskARN: string, Cluster: string) =>
  yes({ Cluster, TaskARN, Family: 'parser', Revision: '7', LaunchType: 'EC2', KnownStatus: 'RUNNING' });

const without = (env: Readonly<Record<string, string>>, ...names: readonly string[]) =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)));

const REGION = ['AWS_REGION', 'AWS_DEFAULT_REGION'];

const SHORT = `arn:aws:ecs:eu-west-1:${ACCOUNT}:task/0123456789abcdef0123456789abcdef`;
const LONG = `arn:aws:ecs:eu-west-1:${ACCOUNT}:task/my.cluster/`;
const CLUSTER_ARN = `arn:aws:ecs:eu-west-1:${ACCOUNT}:cluster/my.cluster`;

test.concurrent.each([
  ['the old, short form', () => SHORT, 'my.cluster'],
  ['the old form and the cluster as an ARN', () => `arn:aws:ecs:eu-west-1:${ACCOUNT}:task/${newId()}`, CLUSTER_ARN],
  ['a cluster with a dot', () => `${LONG}${newId()}`, 'my.cluster'],
  ['the cluster as an ARN', () => `${LONG}${newId()}`, CLUSTER_ARN],
])('O30 %s: the Region is the one of the ARN, the cluster has its name', async (_what, arn, cluster) => {
  await using aws = await startScriptedAws();
  const taskArn = arn();
  aws.script('GET /v4/task', metadata(taskArn, cluster));
  using stage = makeStage(aws);
  const env = without(ecsEnvironment(aws), ...REGION);
  await using program = stage.exec(undefined, { env });
  expect({ ...(await program.ended), log: program.stderr() }).toMatchObject({ code: 0 });
  // Nothing but the ARN says where this is: the request is signed for that Region.
  expect(aws.calls('DryRun')[0]?.headers['authorization']).toContain('/eu-west-1/aws-marketplace/aws4_request');
  expect(await lookAround(env, { platform: 'auto', endpoints: 'any' })).toMatchObject({
    kind: 'known',
    whereabouts: { resource: taskArn, cluster: 'my.cluster', account: ACCOUNT, region: { name: 'eu-west-1' } },
  });
});

test.concurrent.each([
  ['aws-us-gov', 'us-gov-west-1', 'govcloud-containers'],
  ['aws-cn', 'cn-north-1', 'china'],
  ['aws-eusc', 'eusc-de-east-1', 'sovereign'],
])(
  'O30 a task of %s is read, and refused by its own row of the table before any call',
  async (partition, region, row) => {
    await using aws = await startScriptedAws();
    aws.script('GET /v4/task', metadata(`arn:${partition}:ecs:${region}:${ACCOUNT}:task/shop/${newId()}`, 'shop'));
    using stage = makeStage(aws);
    await using program = stage.exec(undefined, { env: without(ecsEnvironment(aws), ...REGION) });
    expect((await program.ended).code).toBe(76);
    expect(aws.requests.map(({ operation }) => operation)).toEqual(['GET /v4/task']);
    expect(program.stderr()).toContain(region);
    expect(program.stderr()).toContain(row);
    expect(program.stderr()).not.toMatch(/not the ARN|not the name of a Region/);
  },
);

test.concurrent('O30 AWS_REGION and the ARN disagree: both are named, and nobody is asked', async () => {
  await using aws = await startScriptedAws();
  using stage = makeStage(aws);
  const env = { ...without(ecsEnvironment(aws), ...REGION), AWS_REGION: 'us-east-1' };
  await using program = stage.exec(undefined, { env });
  expect((await program.ended).code).toBe(76);
  expect(program.stderr()).toContain('AWS_REGION says us-east-1, the TaskARN of the task metadata says eu-west-1');
  expect(aws.requests.map(({ operation }) => operation)).toEqual(['GET /v4/task']);
});
