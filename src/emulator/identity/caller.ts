import type { Caller, Session } from '../rules/caller.ts';
import type { State } from '../rules/state.ts';
import type { World } from '../rules/world.ts';
import { accountOf, partitionOf } from './names.ts';

/** A user's long-term keys, as a session that never ends. */
const userSession = (world: World, accessKeyId: string): Session | undefined => {
  const entry = Object.entries(world.users).find(([, user]) => user.accessKeyId === accessKeyId);
  if (entry === undefined) return undefined;
  const [user, { secretAccessKey }] = entry;
  return { accessKeyId, secretAccessKey, issuedAt: 0, principal: { type: 'user', user } };
};

export const sessionOf = (world: World, state: State, accessKeyId: string): Session | undefined =>
  state.sessions.get(accessKeyId) ?? userSession(world, accessKeyId);

/** Who the credentials make the caller: account, ARN, permissions, and the task, pod or instance behind them. */
export const callerOf = (world: World, state: State, { accessKeyId, principal }: Session): Caller => {
  if (principal.type === 'user') {
    const user = world.users[principal.user];
    const account = user?.account ?? accountOf(world);
    return {
      account,
      arn: `arn:aws:iam::${account}:user/${principal.user}`,
      userId: accessKeyId,
      actions: user?.actions ?? [],
      source: 'accessKey',
    };
  }
  const resource = principal.resource === undefined ? undefined : state.resources.get(principal.resource);
  const role = world.roles[principal.role];
  const account = resource?.account ?? role?.account ?? accountOf(world);
  return {
    account,
    arn: `arn:${partitionOf(resource?.region)}:sts::${account}:assumed-role/${principal.role}/${principal.session}`,
    userId: `AROA${accessKeyId.slice(4)}:${principal.session}`,
    actions: role?.actions ?? [],
    source: principal.source,
    ...(resource !== undefined && { resource }),
  };
};
