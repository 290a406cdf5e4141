import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { assumed, type ScriptedAws, type WireRequest } from '../../support/scriptedAws.ts';
import { type Books, makeBooks } from './books.ts';
import type { Program, Start } from './program.ts';
import { ask, makeService, type Service, type Usage } from './service.ts';
import { eksEnvironment } from './stage.ts';

/** Where replicas find the API server, and one's own service account in `folder`. */
export type ApiServer = {
  readonly host: string;
  readonly port: number;
  readonly serviceAccount: (folder: string) => string;
};

/** What `GET /v1/status` says of the election. */
export type StandbyStatus = {
  readonly role: 'leader' | 'elected' | 'standby';
  readonly why: string | null;
  readonly holder: string | null;
  readonly term: { readonly from: string; readonly through: string } | null;
  readonly gap: { readonly since: string; readonly until: string | null; readonly reason: string } | null;
};

/** One pod of several that elect who counts. */
export type Replica = Disposable & {
  readonly uid: string;
  readonly service: Service;
  readonly env: Readonly<Record<string, string>>;
  readonly run: (options?: Partial<Start>) => Promise<Program>;
  readonly role: () => Promise<string | undefined>;
  readonly standby: () => Promise<StandbyStatus>;
  /** Status code of /readyz, and what it says. */
  readonly readyz: () => Promise<{ readonly status: number; readonly notReady?: string }>;
  readonly report: (usage: Usage | readonly Usage[]) => Promise<Response>;
};

const NAMES = { requests: { meter: 'sum' }, users: { meter: 'sum' }, hosts: { meter: 'max', scope: 'product' } };

export const LEASE = 'parser-reporter';

export const makeReplica = async (
  aws: ScriptedAws,
  api: ApiServer,
  {
    uid = randomUUID(),
    duration = '10s',
    env = {},
  }: {
    uid?: string;
    /** standby.duration */
    duration?: string;
    env?: Readonly<Record<string, string>>;
  } = {},
): Promise<Replica> => {
  const service = await makeService(aws, { dimensions: NAMES });
  const { folder } = service.stage;
  const { door, health } = service;
  service.stage.configure({
    door: { listen: door.slice('http://'.length) },
    health: { listen: health.slice('http://'.length) },
    dimensions: NAMES,
    standby: { lease: LEASE, duration, serviceAccount: api.serviceAccount(folder) },
    gate: { patience: '1m' },
  });
  const environment = {
    ...eksEnvironment(aws, folder, uid),
    KUBERNETES_SERVICE_HOST: api.host,
    KUBERNETES_SERVICE_PORT: String(api.port),
    ...env,
  };
  const standby = async () => ((await service.status()) as unknown as { readonly standby: StandbyStatus }).standby;
  return {
    uid,
    service,
    env: environment,
    run: async (options = {}) => {
      const program = await service.run({ env: environment, ...options });
      if (!program.isOver()) await service.granted(program);
      return program;
    },
    standby,
    role: async () => (await standby().catch(() => undefined))?.role,
    readyz: async () => {
      const answer = await ask(`${health}/readyz`);
      return { ...((await answer.json()) as { readonly notReady?: string }), status: answer.status };
    },
    report: service.report,
    [Symbol.dispose]: service[Symbol.dispose],
  };
};

/** The ledger's folder of a replica outlives its container, as an emptyDir does. */
export const ledgerOf = ({ service }: Replica): string => join(service.stage.folder, 'ledger');

const podOf = (webIdentityToken: string): string => {
  const payload = Buffer.from(webIdentityToken.split('.')[1] ?? '', 'base64url').toString('utf8');
  const claims = JSON.parse(payload) as { readonly 'kubernetes.io': { readonly pod: { readonly uid: string } } };
  return claims['kubernetes.io'].pod.uid;
};

/** Whose credentials signed a request: the pod's UID, by which AWS keeps the hours. */
export const signerOf = ({ headers }: WireRequest): string =>
  (headers['x-amz-security-token'] ?? '').replace('pod ', '');

/** What AWS bills each pod: every pod has hours of its own, and they add up. */
export const keepBooks = (aws: ScriptedAws, now: () => number = Date.now) => {
  const books = new Map<string, Books>();
  const of = (uid: string): Books => {
    const known = books.get(uid) ?? makeBooks(now);
    books.set(uid, known);
    return known;
  };
  aws.script('AssumeRoleWithWebIdentity', ({ body }) =>
    assumed(`pod ${podOf(new URLSearchParams(body).get('WebIdentityToken') ?? '')}`, now() + 3_600_000),
  );
  aws.script('MeterUsage', (request) => of(signerOf(request)).store(request));
  return {
    of,
    total: (dimension: string): number => [...books.values()].reduce((sum, one) => sum + one.total(dimension), 0),
    /** Pods that have a record of an hour and dimension (`2026-03-01T10Z hosts`). */
    billed: (key: string): readonly string[] =>
      [...books].filter(([, one]) => one.bill()[key] !== undefined).map(([uid]) => uid),
  };
};
