import type { House } from '../house.ts';
import type { Resource } from '../rules/caller.ts';
import { isoOf } from '../rules/values/instant.ts';
import { json } from '../wire/http.ts';
import type { Verdict } from '../wire/verdict.ts';
import { partitionOf } from './names.ts';
import { byHandle, handleOf } from './resources.ts';

const clusterArn = ({ world }: House, { region, account }: Resource): string =>
  `arn:${partitionOf(region)}:ecs:${region}:${account}:cluster/${world.clusters.ecs}`;

const container = (house: House, task: Resource) => ({
  DockerId: handleOf(task),
  Name: task.name,
  DockerName: task.name,
  Image: `${task.account}.dkr.ecr.${task.region}.amazonaws.com/${task.name}:latest`,
  Labels: {
    'com.amazonaws.ecs.cluster': clusterArn(house, task),
    'com.amazonaws.ecs.container-name': task.name,
    'com.amazonaws.ecs.task-arn': task.id,
    'com.amazonaws.ecs.task-definition-family': task.name,
    'com.amazonaws.ecs.task-definition-version': '1',
  },
  DesiredStatus: 'RUNNING',
  KnownStatus: 'RUNNING',
  Limits: { CPU: 0, Memory: 0 },
  CreatedAt: isoOf(task.launchedAt),
  StartedAt: isoOf(task.launchedAt),
  Type: 'NORMAL',
});

/** `Cluster` is an ARN on Fargate and a short name on EC2, where there is no AvailabilityZone (ECS developer guide, "Task metadata endpoint version 4"). */
const task = (house: House, resource: Resource) => {
  const isFargate = resource.launchType === 'FARGATE';
  return {
    Cluster: isFargate ? clusterArn(house, resource) : house.world.clusters.ecs,
    TaskARN: resource.id,
    Family: resource.name,
    Revision: '1',
    DesiredStatus: 'RUNNING',
    KnownStatus: 'RUNNING',
    PullStartedAt: isoOf(resource.launchedAt),
    PullStoppedAt: isoOf(resource.launchedAt),
    ...(isFargate && { AvailabilityZone: `${resource.region}a` }),
    LaunchType: resource.launchType,
    Containers: [container(house, resource)],
    ...(isFargate && {
      ClockDrift: {
        ClockErrorBound: 0.5,
        ReferenceTimestamp: isoOf(house.clock.now()),
        ClockSynchronizationStatus: 'SYNCHRONIZED',
      },
    }),
  };
};

/** Task metadata version 4: the container at the base address, the task below it. */
export const taskMetadata = (house: House, path: string): Verdict => {
  const [handle = '', rest] = path.split('/');
  const resource = byHandle(house, handle);
  if (resource?.kind !== 'ecs') return { reply: json(404, 'no such task'), changes: [], note: { error: 'NotFound' } };
  const note = { account: resource.account, region: resource.region, resource: resource.id };
  if (rest === 'task') return { reply: json(200, task(house, resource)), changes: [], note };
  if (rest === 'stats' || rest === 'task/stats') return { reply: json(200, {}), changes: [], note };
  if (rest === undefined || rest === '') return { reply: json(200, container(house, resource)), changes: [], note };
  return { reply: json(404, 'no such document'), changes: [], note: { ...note, error: 'NotFound' } };
};
