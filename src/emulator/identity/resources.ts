import { createHash } from 'node:crypto';
import { type House, hex, uuid } from '../house.ts';
import type { Resource, ResourceKind } from '../rules/caller.ts';
import { accountOf, partitionOf } from './names.ts';

/** What is asked for when a task, pod or instance is to run. */
export type Launch = {
  readonly kind: ResourceKind;
  readonly name?: string | undefined;
  readonly region?: string | undefined;
  readonly account?: string | undefined;
  readonly role?: string | undefined;
  readonly product?: string | undefined;
  readonly launchType?: 'FARGATE' | 'EC2' | undefined;
  readonly namespace?: string | undefined;
  readonly serviceAccount?: string | undefined;
  readonly node?: true | undefined;
};

const DEFAULT_REGION = 'us-east-1';

const idOf = (house: House, kind: ResourceKind, region: string, account: string): string => {
  const { random, world } = house;
  if (kind === 'eks') return uuid(random);
  if (kind === 'ec2') return `i-${hex(random, 17)}`;
  return `arn:${partitionOf(region)}:ecs:${region}:${account}:task/${world.clusters.ecs}/${hex(random, 32)}`;
};

/** As Kubernetes names a pod of a Deployment; tasks and instances have no name of their own, this one is ours. */
const freshName = ({ random }: House, kind: ResourceKind): string =>
  kind === 'eks' ? `app-${hex(random, 5)}-${hex(random, 5)}` : `${kind}-${hex(random, 6)}`;

const isNamed = (launch: Launch, region: string) => (resource: Resource) =>
  resource.kind === launch.kind && resource.name === launch.name && resource.region === region;

const without = (resource: Resource): Resource => {
  const { stoppedAt: _stopped, ...running } = resource;
  return running;
};

/**
 * The resource that a launch means: the one with this kind, name and Region if there is one (a container that
 * restarts in its task or pod), else a new one, launched now. Not yet committed.
 */
export const launched = (house: House, launch: Launch): Resource => {
  const region = launch.region ?? DEFAULT_REGION;
  const earlier =
    launch.name === undefined ? undefined : [...house.state.resources.values()].find(isNamed(launch, region));
  if (earlier !== undefined) return { ...without(earlier), role: launch.role ?? earlier.role };
  const account = launch.account ?? accountOf(house.world);
  const role = launch.role ?? 'metering';
  return {
    id: idOf(house, launch.kind, region, account),
    kind: launch.kind,
    name: launch.name ?? freshName(house, launch.kind),
    account,
    region,
    role,
    launchedAt: house.clock.now(),
    ...(launch.product !== undefined && { product: launch.product }),
    ...(launch.kind === 'ecs' && { launchType: launch.launchType ?? 'FARGATE' }),
    ...(launch.kind === 'eks' && {
      namespace: launch.namespace ?? 'default',
      serviceAccount: launch.serviceAccount ?? 'metering',
    }),
    ...(launch.node === true && { node: true as const }),
  };
};

/** A short name of a resource in our own paths; it cannot be guessed from outside what AWS would hide. */
export const handleOf = ({ id }: Pick<Resource, 'id'>): string =>
  createHash('sha256').update(id).digest('hex').slice(0, 32);

export const byHandle = ({ state }: House, handle: string): Resource | undefined =>
  [...state.resources.values()].find((resource) => handleOf(resource) === handle);
