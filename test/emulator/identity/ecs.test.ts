import { expect, test } from '@jest/globals';
import { DEFAULT_WORLD } from '../../../src/emulator/world/defaultWorld.ts';
import { emulate, START } from '../support.ts';

const read = async (url: string | undefined): Promise<Record<string, unknown>> =>
  (await (await fetch(url ?? '')).json()) as Record<string, unknown>;

test('task metadata on Fargate and on EC2 differ as the guide says', async () => {
  await using aws = await emulate();
  const fargate = await aws.launch('ecs', { region: 'eu-west-1', name: 'parser' });
  const base = fargate.environment['ECS_CONTAINER_METADATA_URI_V4'];
  expect(await read(`${base}/task`)).toMatchObject({
    Cluster: 'arn:aws:ecs:eu-west-1:111122223333:cluster/billing',
    TaskARN: fargate.resource.id,
    Family: 'parser',
    LaunchType: 'FARGATE',
    AvailabilityZone: 'eu-west-1a',
    ClockDrift: { ClockSynchronizationStatus: 'SYNCHRONIZED' },
  });
  expect(await read(base)).toMatchObject({
    Name: 'parser',
    Labels: { 'com.amazonaws.ecs.task-arn': fargate.resource.id },
  });
  expect(fargate.environment).toMatchObject({
    AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE',
    AWS_REGION: 'eu-west-1',
    AWS_DEFAULT_REGION: 'eu-west-1',
  });

  const ec2 = await aws.launch('ecs', { region: 'eu-west-1', launchType: 'EC2' });
  const task = await read(`${ec2.environment['ECS_CONTAINER_METADATA_URI_V4']}/task`);
  expect(task).toMatchObject({ Cluster: 'billing', LaunchType: 'EC2' });
  expect(task['AvailabilityZone']).toBeUndefined();
  expect(ec2.environment).toMatchObject({ AWS_EXECUTION_ENV: 'AWS_ECS_EC2' });
  expect(ec2.environment['AWS_REGION']).toBeUndefined();
});

test('a task ARN has the partition of its Region', async () => {
  await using aws = await emulate();
  const { resource } = await aws.launch('ecs', { region: 'us-gov-west-1' });
  expect(resource.id).toMatch(/^arn:aws-us-gov:ecs:us-gov-west-1:111122223333:task\/billing\/[0-9a-f]{32}$/);
});

test('the same credentials for half of their life, then new ones', async () => {
  await using aws = await emulate();
  const { environment } = await aws.launch('ecs');
  const get = () => read(environment['AWS_CONTAINER_CREDENTIALS_FULL_URI']);
  const first = await get();
  expect(first).toEqual({
    RoleArn: 'arn:aws:iam::111122223333:role/metering',
    AccessKeyId: expect.stringMatching(/^ASIA[0-9A-F]{16}$/),
    SecretAccessKey: expect.any(String),
    Token: expect.any(String),
    Expiration: new Date(START + 3_600_000).toISOString().replace('.000', ''),
  });
  await aws.admin('POST', 'clock', { advance: 1_800_000 });
  expect(await get()).toEqual(first);
  await aws.admin('POST', 'clock', { advance: 1 });
  expect((await get())['AccessKeyId']).not.toBe(first['AccessKeyId']);
});

test('a role that does not trust ECS has no credentials for a task', async () => {
  const role = { actions: [], trust: { sub: '*', aud: '*', services: ['ec2.amazonaws.com'] } };
  await using aws = await emulate({ world: { ...DEFAULT_WORLD, roles: { ...DEFAULT_WORLD.roles, role } } });
  const { environment } = await aws.launch('ecs', { role: 'role' });
  expect(await read(environment['AWS_CONTAINER_CREDENTIALS_FULL_URI'])).toMatchObject({ Code: 'NoIAMRoleFound' });
});

test('a path that is nobody’s, and a role that is not there, have no credentials', async () => {
  await using aws = await emulate();
  expect((await fetch(`${aws.url}/creds/nobody`)).status).toBe(400);
  const { environment } = await aws.launch('ecs', { role: 'nosuch' });
  const response = await fetch(environment['AWS_CONTAINER_CREDENTIALS_FULL_URI'] ?? '');
  expect([response.status, await response.json()]).toEqual([400, expect.objectContaining({ Code: 'NoIAMRoleFound' })]);
});

test('the same name in the same Region is the same task; without a name each is another', async () => {
  await using aws = await emulate();
  const id = async (more: object) => (await aws.launch('ecs', more)).resource.id;
  const first = await id({ name: 'parser' });
  expect(await id({ name: 'parser' })).toBe(first);
  expect(await id({ name: 'parser', region: 'eu-west-1' })).not.toBe(first);
  expect(await id({})).not.toBe(await id({}));
});
