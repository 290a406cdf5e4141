import { readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import {
  ApiException,
  CoordinationV1Api,
  KubeConfig,
  Observable,
  type V1Lease,
  V1MicroTime,
} from '@kubernetes/client-node';
import { TollgateError, toError } from '../../core/errors.ts';
import { EXIT } from '../../core/exitCode.ts';
import type { LeaseName } from '../../core/standby/leaseTrouble.ts';
import { readTerm, writeTerm } from '../../core/standby/term.ts';
import { type Millis, SECOND } from '../../core/time/hour.ts';
import type { LeaseAnswer, Leases, StoredLease } from '../../ports.ts';

export type LeaseOptions = {
  readonly lease: string;
  /** The pod's own where absent. */
  readonly namespace: string | undefined;
  /** The folder with `token`, `ca.crt` and `namespace`, as Kubernetes mounts it. */
  readonly serviceAccount: string;
  /** KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT, which every pod is given. */
  readonly host: string | undefined;
  readonly port: string | undefined;
};

/** An answer that takes longer is no answer. */
const TIMEOUT: Millis = 5 * SECOND;

const refuse = (message: string, remedy: string, cause?: unknown): never => {
  throw new TollgateError('service_account', message, { remedy, exitCode: EXIT.configuration, cause });
};

const MOUNT =
  'set automountServiceAccountToken: true in the pod template, or mount a projected volume with serviceAccountToken, kube-root-ca.crt and the namespace there (standby.serviceAccount)';

const readIn = (folder: string, name: string): string => {
  const path = `${folder}/${name}`;
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    return refuse(`standby.lease is set, and ${path} cannot be read: ${toError(error).message}`, MOUNT, error);
  }
};

const clientOf = ({ host, port, serviceAccount }: LeaseOptions): CoordinationV1Api => {
  if (host === undefined) {
    return refuse(
      'standby.lease is set, and KUBERNETES_SERVICE_HOST is not: this is no pod, or its environment was emptied',
      'leave standby.lease out where there is no Kubernetes',
    );
  }
  for (const name of ['token', 'ca.crt']) readIn(serviceAccount, name);
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [
      {
        name: 'cluster',
        server: `https://${isIPv6(host) ? `[${host}]` : host}:${port ?? '443'}`,
        caFile: `${serviceAccount}/ca.crt`,
        skipTLSVerify: false,
      },
    ],
    // Read again and again: the kubelet renews it.
    users: [{ name: 'pod', authProvider: { name: 'tokenFile', config: { tokenFile: `${serviceAccount}/token` } } }],
    contexts: [{ name: 'pod', cluster: 'cluster', user: 'pod' }],
    currentContext: 'pod',
  });
  return config.makeApiClient(CoordinationV1Api);
};

const messageIn = (status: unknown): string | undefined => {
  const message = typeof status === 'object' && status !== null && 'message' in status ? status.message : undefined;
  return typeof message === 'string' ? message : undefined;
};

/** What the API server says in words: the message of its Status object. The client reads some answers and leaves others as text. */
const saidBy = (body: unknown): string => {
  if (typeof body !== 'string') return messageIn(body) ?? '';
  try {
    return messageIn(JSON.parse(body)) ?? '';
  } catch {
    return body.slice(0, 200);
  }
};

const retryAfterOf = (headers: Readonly<Record<string, string>>): Millis | undefined => {
  const seconds = Number(headers['retry-after']);
  return seconds > 0 ? seconds * SECOND : undefined;
};

const whyOf = (thrown: unknown): string => {
  const { message, cause } = toError(thrown);
  return cause === undefined ? message : `${message}: ${toError(cause).message}`;
};

const failed = (error: unknown): LeaseAnswer => {
  if (!(error instanceof ApiException)) return { kind: 'silence', why: whyOf(error) };
  const { code, body, headers } = error as ApiException<unknown>;
  if (code === 409) return { kind: 'conflict' };
  return { kind: 'refused', status: code, message: saidBy(body), retryAfter: retryAfterOf(headers) };
};

/** The Lease of this agent's replicas, and how to reach it. Throws a TollgateError (78) where the pod has no service account. */
export const openLeases = (options: LeaseOptions): { readonly name: LeaseName; readonly leases: Leases } => {
  const { lease: name, serviceAccount } = options;
  const api = clientOf(options);
  const namespace = options.namespace ?? readIn(serviceAccount, 'namespace');
  /** The whole objects behind what was handed out: a write keeps what it does not change. */
  const objects = new WeakMap<StoredLease, V1Lease>();

  const ask = async (request: (limit: Parameters<CoordinationV1Api['readNamespacedLease']>[1]) => Promise<V1Lease>) => {
    try {
      const object = await request({
        middleware: [
          {
            pre: (context) => {
              context.setSignal(AbortSignal.timeout(TIMEOUT));
              return new Observable(Promise.resolve(context));
            },
            post: (context) => new Observable(Promise.resolve(context)),
          },
        ],
        middlewareMergeStrategy: 'append',
      });
      const { holderIdentity, leaseDurationSeconds } = object.spec ?? {};
      const stored: StoredLease = {
        version: object.metadata?.resourceVersion ?? '',
        holder: holderIdentity ?? '',
        term: readTerm(object.metadata?.annotations ?? {}),
        duration: leaseDurationSeconds === undefined ? undefined : leaseDurationSeconds * SECOND,
      };
      objects.set(stored, object);
      return { kind: 'ok', stored } as const;
    } catch (error) {
      return failed(error);
    }
  };

  return {
    name: { name, namespace },
    leases: {
      read: () => ask((limit) => api.readNamespacedLease({ name, namespace }, limit)),
      write: (stored, { holder, term, duration, now }) => {
        const before = objects.get(stored);
        const spec = before?.spec;
        const isNew = holder !== '' && holder !== stored.holder;
        const body: V1Lease = {
          ...before,
          metadata: {
            ...before?.metadata,
            name,
            namespace,
            resourceVersion: stored.version,
            annotations: { ...before?.metadata?.annotations, ...writeTerm(term) },
          },
          spec: {
            ...spec,
            holderIdentity: holder,
            leaseDurationSeconds: Math.ceil(duration / SECOND),
            renewTime: new V1MicroTime(now),
            ...(isNew
              ? { acquireTime: new V1MicroTime(now), leaseTransitions: (spec?.leaseTransitions ?? 0) + 1 }
              : {}),
          },
        };
        return ask((limit) => api.replaceNamespacedLease({ name, namespace, body }, limit));
      },
    },
  };
};
