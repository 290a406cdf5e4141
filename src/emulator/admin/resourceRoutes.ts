import * as z from 'zod';
import { instanceSurroundings, podSurroundings, type Surroundings, taskSurroundings } from '../identity/environment.ts';
import { roleArn } from '../identity/names.ts';
import { byHandle, handleOf, type Launch, launched } from '../identity/resources.ts';
import type { Resource } from '../rules/caller.ts';
import { isoOf } from '../rules/values/instant.ts';
import { AdminError, read } from './ask.ts';
import type { Desk, Route } from './desk.ts';

const LAUNCH = z.strictObject({
  kind: z.enum(['ecs', 'eks', 'ec2']),
  name: z
    .string()
    .regex(/^[\w.-]+$/)
    .optional(),
  region: z
    .string()
    .regex(/^[a-z0-9-]+$/)
    .optional(),
  account: z
    .string()
    .regex(/^\d{12}$/)
    .optional(),
  role: z.string().optional(),
  product: z.string().optional(),
  launchType: z.enum(['FARGATE', 'EC2']).optional(),
  namespace: z.string().optional(),
  serviceAccount: z.string().optional(),
  credentials: z.enum(['irsa', 'podIdentity', 'node']).optional(),
});

const shown = (resource: Resource) => ({
  ...resource,
  handle: handleOf(resource),
  roleArn: roleArn(resource),
  launchedAt: isoOf(resource.launchedAt),
  stoppedAt: resource.stoppedAt === undefined ? null : isoOf(resource.stoppedAt),
});

/** A role that is not there is no mistake here but a case of its own: AWS is asked for it and says no. */
const checkNames = ({ house: { world } }: Desk, { account, product }: Launch): void => {
  const known = (what: string, name: string | undefined, among: object): void => {
    if (name === undefined || Object.hasOwn(among, name)) return;
    throw new AdminError(422, `The world has no ${what} "${name}"; it has ${Object.keys(among).join(', ')}.`);
  };
  known('account', account, world.accounts);
  known('product', product, world.products);
};

const nodeOf = async (desk: Desk, pod: Resource): Promise<string> => {
  const { house, imdsUrl } = desk;
  const node = launched(house, {
    kind: 'ec2',
    name: `node-${pod.region}`,
    region: pod.region,
    account: pod.account,
    role: 'node',
    node: true,
  });
  house.commit([{ type: 'resource', resource: node }]);
  return imdsUrl(node);
};

const surroundings = async (
  desk: Desk,
  resource: Resource,
  credentials: 'irsa' | 'podIdentity' | 'node',
): Promise<Surroundings> => {
  const url = desk.url();
  if (resource.kind === 'ecs') return taskSurroundings(resource, url);
  if (resource.kind === 'ec2') return instanceSurroundings(await desk.imdsUrl(resource), url);
  const nodeUrl = credentials === 'node' ? await nodeOf(desk, resource) : undefined;
  return podSurroundings(desk.house, resource, credentials, url, nodeUrl);
};

const named = ({ house }: Desk, name: string): Resource => {
  const resource = byHandle(house, name) ?? house.state.resources.get(name);
  if (resource === undefined) throw new AdminError(404, `There is no resource ${name}.`);
  return resource;
};

/** Tasks, pods and instances: launched (or found again by name), looked at, stopped. */
export const resourceRoutes: Readonly<Record<string, Route>> = {
  'GET resources': ({ house }) => ({ resources: [...house.state.resources.values()].map(shown) }),
  'POST resources': async (desk, { body }) => {
    const { credentials = 'irsa', ...launch } = read(LAUNCH, body);
    checkNames(desk, launch);
    const resource = launched(desk.house, launch);
    desk.house.commit([{ type: 'resource', resource }]);
    return { resource: shown(resource), ...(await surroundings(desk, resource, credentials)) };
  },
  'GET resources/*': async (desk, { name, query }) => {
    const resource = named(desk, name);
    const credentials = z.enum(['irsa', 'podIdentity', 'node']).catch('irsa').parse(query.get('credentials'));
    return { resource: shown(resource), ...(await surroundings(desk, resource, credentials)) };
  },
  'POST resources/*/stop': (desk, { name }) => {
    const resource: Resource = { ...named(desk, name), stoppedAt: desk.house.clock.now() };
    desk.house.commit([{ type: 'resource', resource }]);
    return { resource: shown(resource) };
  },
};
