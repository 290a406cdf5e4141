import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { CERTIFICATE, PRIVATE_KEY } from './certificate.ts';

type Metadata = {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
};

export type LeaseObject = {
  readonly metadata: Metadata;
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
};

export type LeaseRequest = {
  /** By our own monotonic clock, in ms. */
  readonly at: number;
  readonly user: string;
  readonly verb: 'get' | 'update';
};

/** What becomes of a request instead of what should: `lost` is done without an answer, `half` is answered by half. */
export type LeaseFault =
  | 'hang'
  | 'cut'
  | 'lost'
  | { readonly status: number; readonly headers?: Record<string, string> };

const PATH = /^\/apis\/coordination\.k8s\.io\/v1\/namespaces\/([^/]+)\/leases\/([^/?]+)(?:\?.*)?$/;

/** A Status object, as every failure is told (Kubernetes API conventions, Response Status Kind). */
const statusOf = (code: number, reason: string, message: string) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message,
  reason,
  code,
});

/**
 * The Lease API of a Kubernetes API server by its rules: bearer tokens, RBAC by verb, one resourceVersion for all, and a
 * replace that names another version than the object has is a conflict.
 */
export const startLeaseServer = async () => {
  const users = new Map<string, { readonly name: string; readonly verbs: readonly string[] }>();
  const objects = new Map<string, LeaseObject>();
  const requests: LeaseRequest[] = [];
  let version = 1_000;
  let fault: (request: LeaseRequest) => LeaseFault | undefined = () => undefined;

  const answer = (response: ServerResponse, code: number, body: unknown, headers: Record<string, string> = {}) =>
    response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

  const whole = (object: LeaseObject) => ({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', ...object });

  /** The status and body of one request that nothing goes wrong with. */
  const perform = (method: string, key: string, name: string, body: string): readonly [number, unknown] => {
    const stored = objects.get(key);
    if (stored === undefined) {
      return [404, statusOf(404, 'NotFound', `leases.coordination.k8s.io "${name}" not found`)];
    }
    if (method === 'GET') return [200, whole(stored)];
    const sent = JSON.parse(body) as LeaseObject;
    if ((sent.metadata.resourceVersion ?? '') === '') {
      const message = `Lease.coordination.k8s.io "${name}" is invalid: metadata.resourceVersion: Invalid value: "": must be specified for an update`;
      return [422, statusOf(422, 'Invalid', message)];
    }
    if (sent.metadata.resourceVersion !== stored.metadata.resourceVersion) {
      const message = `Operation cannot be fulfilled on leases.coordination.k8s.io "${name}": the object has been modified; please apply your changes to the latest version and try again`;
      return [409, statusOf(409, 'Conflict', message)];
    }
    version += 1;
    const object: LeaseObject = {
      ...sent,
      metadata: { ...sent.metadata, uid: stored.metadata.uid, resourceVersion: String(version) },
    };
    objects.set(key, object);
    return [200, whole(object)];
  };

  const handle = (request: IncomingMessage, response: ServerResponse, body: string): void => {
    const { method = '', url = '' } = request;
    const user = users.get(/^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '');
    if (user === undefined) return void answer(response, 401, statusOf(401, 'Unauthorized', 'Unauthorized'));
    const [, namespace = '', name = ''] = PATH.exec(url) ?? [];
    const verb = method === 'GET' ? 'get' : method === 'PUT' ? 'update' : undefined;
    if (name === '' || verb === undefined) {
      return void answer(response, 404, statusOf(404, 'NotFound', 'the server could not find the requested resource'));
    }
    const seen: LeaseRequest = { at: performance.now(), user: user.name, verb };
    requests.push(seen);
    const wrong = fault(seen);
    if (wrong === 'hang') return;
    if (wrong === 'cut') return void request.socket.destroy();
    if (typeof wrong === 'object') {
      return void answer(response, wrong.status, statusOf(wrong.status, 'Scripted', 'scripted'), wrong.headers);
    }
    if (!user.verbs.includes(verb)) {
      const message = `leases.coordination.k8s.io "${name}" is forbidden: User "${user.name}" cannot ${verb} resource "leases" in API group "coordination.k8s.io" in the namespace "${namespace}"`;
      return void answer(response, 403, statusOf(403, 'Forbidden', message));
    }
    const [code, reply] = perform(method, `${namespace}/${name}`, name, body);
    if (wrong === 'lost') return void request.socket.destroy();
    answer(response, code, reply);
  };

  const makeServer = () =>
    createServer({ cert: CERTIFICATE, key: PRIVATE_KEY }, (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (part: string) => {
        body += part;
      });
      request.on('end', () => handle(request, response, body));
    });
  let server = makeServer();
  // On every loopback address, of which the certificate has one.
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '0.0.0.0', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;

  const stop = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };

  return {
    port,
    requests,
    /** Makes an empty Lease, as a chart ships it. */
    create: (namespace: string, name: string, labels: Readonly<Record<string, string>> = {}): void => {
      version += 1;
      const metadata = { name, namespace, uid: randomUUID(), resourceVersion: String(version), labels };
      objects.set(`${namespace}/${name}`, { metadata });
    },
    read: (namespace: string, name: string): LeaseObject | undefined => objects.get(`${namespace}/${name}`),
    /** Writes over it, as somebody with kubectl. */
    edit: (namespace: string, name: string, change: (object: LeaseObject) => LeaseObject): void => {
      const object = objects.get(`${namespace}/${name}`);
      if (object === undefined) throw new Error(`no Lease ${namespace}/${name}`);
      version += 1;
      const { metadata, ...rest } = change(object);
      objects.set(`${namespace}/${name}`, { ...rest, metadata: { ...metadata, resourceVersion: String(version) } });
    },
    setFault: (of: typeof fault): void => {
      fault = of;
    },
    /** The folder that a pod finds its service account in; answers its path. */
    serviceAccount: (
      folder: string,
      {
        namespace = 'shop',
        name = 'reporter',
        verbs = ['get', 'update'],
      }: {
        namespace?: string;
        name?: string;
        verbs?: readonly string[];
      } = {},
    ): string => {
      const token = randomUUID();
      users.set(token, { name: `system:serviceaccount:${namespace}:${name}`, verbs });
      const path = join(folder, 'service-account');
      mkdirSync(path, { recursive: true });
      writeFileSync(join(path, 'token'), token);
      writeFileSync(join(path, 'ca.crt'), CERTIFICATE);
      writeFileSync(join(path, 'namespace'), namespace);
      return path;
    },
    /** The control plane goes away: connections are refused. */
    stop,
    /** And comes back. */
    start: async (): Promise<void> => {
      server = makeServer();
      await listen(port);
    },
    [Symbol.asyncDispose]: stop,
  };
};

export type LeaseServer = Awaited<ReturnType<typeof startLeaseServer>>;
