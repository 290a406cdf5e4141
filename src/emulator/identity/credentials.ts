import type { House } from '../house.ts';
import { trustsService } from '../rules/access/trust.ts';
import { type Resource, type Session, type Source, sourceOf } from '../rules/caller.ts';
import { isoOf } from '../rules/values/instant.ts';
import { type Incoming, json } from '../wire/http.ts';
import type { Verdict } from '../wire/verdict.ts';
import { roleArn } from './names.ts';
import { POD_IDENTITY_AUDIENCE } from './podToken.ts';
import { byHandle } from './resources.ts';
import { currentSession } from './sessions.ts';
import { believe } from './webIdentity.ts';

const SERVICE: Readonly<Record<Resource['kind'], string>> = {
  ecs: 'ecs-tasks.amazonaws.com',
  eks: 'pods.eks.amazonaws.com',
  ec2: 'ec2.amazonaws.com',
};

/** Credentials of a resource's role, or undefined when there is no such role or it does not trust the service. */
export const roleCredentials = (house: House, resource: Resource, source: Source) => {
  const role = house.world.roles[resource.role];
  if (role === undefined || !trustsService(role, SERVICE[resource.kind])) return undefined;
  const session = resource.kind === 'ecs' ? (resource.id.split('/').at(-1) ?? resource.name) : resource.id;
  return currentSession(house, { type: 'role', role: resource.role, source, session, resource: resource.id });
};

const shown = (resource: Resource, { accessKeyId, secretAccessKey, sessionToken, expiresAt }: Session) => ({
  RoleArn: roleArn(resource),
  AccessKeyId: accessKeyId,
  SecretAccessKey: secretAccessKey,
  Token: sessionToken,
  Expiration: isoOf(expiresAt ?? 0),
});

const failed = (status: number, code: string, message: string, resource?: Resource): Verdict => ({
  reply: json(status, { Code: code, Message: message, HTTPErrorCode: status }),
  changes: [],
  note: { error: code, answer: message, ...(resource !== undefined && { resource: resource.id }) },
});

const handOut = (house: House, resource: Resource, source: Source): Verdict => {
  const issued = roleCredentials(house, resource, source);
  if (issued === undefined)
    return failed(400, 'NoIAMRoleFound', `No credentials for the role ${resource.role}.`, resource);
  return {
    reply: json(200, shown(resource, issued.session)),
    changes: issued.isNew ? [{ type: 'session', session: issued.session }] : [],
    note: {
      account: resource.account,
      region: resource.region,
      resource: resource.id,
      source,
      answer: { AccessKeyId: issued.session.accessKeyId },
    },
  };
};

/** The container credential endpoint of ECS: whoever knows the path is the task. */
export const containerCredentials = (house: House, handle: string): Verdict => {
  const resource = byHandle(house, handle);
  return resource?.kind === 'ecs'
    ? handOut(house, resource, sourceOf(resource))
    : failed(400, 'InvalidIdInRequest', 'CredentialsV2Request: Credentials not found');
};

/** The EKS Pod Identity agent: the pod is whom the token in the Authorization header names. */
export const podIdentityCredentials = async (house: House, { headers }: Incoming): Promise<Verdict> => {
  const identity = await believe(house, headers['authorization'] ?? '', POD_IDENTITY_AUDIENCE);
  if ('name' in identity) return failed(400, identity.name, identity.message);
  const pod = house.state.resources.get(identity.pod.uid);
  if (pod === undefined) return failed(404, 'ResourceNotFoundException', 'No association for this pod.');
  return handOut(house, pod, 'podIdentity');
};
