import type { House } from '../house.ts';
import { containerCredentials, podIdentityCredentials } from '../identity/credentials.ts';
import { imds } from '../identity/imds.ts';
import { actionOf, sts } from '../identity/sts.ts';
import { taskMetadata } from '../identity/taskMetadata.ts';
import type { Resource } from '../rules/caller.ts';
import { type Incoming, reply } from './http.ts';
import { metering, operationOf } from './metering.ts';
import type { Verdict } from './verdict.ts';

/** The service and operation that a request is for, and the room that decides it. */
export type Door = {
  readonly service: 'metering' | 'sts' | 'credentials' | 'metadata' | 'imds' | 'none';
  readonly operation: string;
  readonly decide: (house: House, incoming: Incoming) => Verdict | Promise<Verdict>;
};

/** What AWS's endpoint says to a request that names no operation; good enough to read its clock from. */
const nothing = (): Verdict => ({
  reply: reply(404, 'application/xml', '<UnknownOperationException/>\n'),
  changes: [],
  note: { error: 'UnknownOperationException' },
});

/** Tells by path, header and form which service a request on AWS's address is for. */
export const doorOf = (incoming: Incoming): Door => {
  const { path, method } = incoming;
  const operation = operationOf(incoming);
  if (method === 'POST' && operation !== undefined) {
    return { service: 'metering', operation, decide: (house, request) => metering(house, request, operation) };
  }
  const action = method === 'POST' ? actionOf(incoming) : undefined;
  if (action !== undefined) {
    return { service: 'sts', operation: action, decide: (house, request) => sts(house, request, action) };
  }
  if (path.startsWith('/creds/')) {
    const handle = path.slice('/creds/'.length);
    return {
      service: 'credentials',
      operation: 'ContainerCredentials',
      decide: (house) => containerCredentials(house, handle),
    };
  }
  if (path === '/v1/credentials') {
    return { service: 'credentials', operation: 'PodIdentityCredentials', decide: podIdentityCredentials };
  }
  if (path.startsWith('/v4/')) {
    const rest = path.slice('/v4/'.length);
    return { service: 'metadata', operation: 'TaskMetadata', decide: (house) => taskMetadata(house, rest) };
  }
  return { service: 'none', operation: `${method} ${path}`, decide: nothing };
};

/** The metadata service of one instance, on the instance's own address. */
export const imdsDoor = (instance: Resource): Door => ({
  service: 'imds',
  operation: 'InstanceMetadata',
  decide: (house, incoming) => imds(house, house.state.resources.get(instance.id) ?? instance, incoming),
});
