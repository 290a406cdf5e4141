import { hostname } from 'node:os';
import type { Config } from '../core/configuration/config.ts';
import { cleanEnvironment, type Environment } from '../core/platform/environment.ts';
import type { Whereabouts } from '../core/platform/whereabouts.ts';
import type { Metrics } from '../io/metrics/metrics.ts';
import type { Leases, Ledger } from '../ports.ts';
import { type Electing, makeElecting } from '../services/electing.ts';
import type { Timekeeping } from '../services/timekeeping.ts';
import type { Deps } from './deps.ts';

export type StandbyParts = {
  readonly config: Config;
  readonly whereabouts: Whereabouts;
  /** The environment as the process was given it. */
  readonly env: Environment;
  readonly ledger: Pick<Ledger, 'beginTerm'>;
  readonly mayLead: () => boolean;
  readonly metrics: Pick<Metrics, 'count'>;
};

/** Whether replicas of this agent elect one of them. */
export const isElected = ({ standby }: Pick<Config, 'standby'>, { platform }: Whereabouts): boolean =>
  standby.lease !== undefined && platform === 'eks';

/** What is said where a Lease is configured and there is no Kubernetes to keep it. */
export const withoutKubernetes = ({ standby }: Config, { platform }: Whereabouts): readonly string[] =>
  standby.lease === undefined || platform === 'eks' || platform === 'local'
    ? []
    : [
        `standby.lease is set, and this is ${platform}: nobody is elected here, so run one reporter of what has scope: product`,
      ];

const counting = ({ read, write }: Leases, metrics: Pick<Metrics, 'count'>): Leases => {
  const counted = async (asking: ReturnType<Leases['read']>) => {
    const answer = await asking;
    const outcome = answer.kind === 'refused' ? String(answer.status) : answer.kind;
    metrics.count('lease_requests_total', 1, { outcome });
    return answer;
  };
  return { read: () => counted(read()), write: (...over) => counted(write(...over)) };
};

/** Takes part in the election, by AWS's time. */
export type Elect = (timekeeping: Timekeeping) => Electing;

/**
 * The election among replicas, where there is one; only then the Kubernetes client is loaded. Throws a TollgateError (78)
 * where the pod has no service account.
 */
export const openStandby = async (parts: StandbyParts, deps: Deps): Promise<Elect | undefined> => {
  const { config, whereabouts, ledger, mayLead, metrics } = parts;
  const { lease, namespace, serviceAccount, duration } = config.standby;
  if (lease === undefined || !isElected(config, whereabouts)) return undefined;
  const { env } = cleanEnvironment(parts.env);
  const { openLeases } = await import('../io/kubernetes/leases.ts');
  const { name, leases } = openLeases({
    lease,
    namespace,
    serviceAccount,
    host: env['KUBERNETES_SERVICE_HOST'],
    port: env['KUBERNETES_SERVICE_PORT'],
  });
  // The pod's name is for people; its UID, by which AWS keeps the hours, makes the identity this pod's alone.
  const me = `${hostname()}_${whereabouts.resource}`;
  const electing = { ...deps, leases: counting(leases, metrics), name, me, duration, mayLead };
  return (timekeeping) => makeElecting({ ...electing, beginTerm: ledger.beginTerm, timekeeping });
};
