import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { type ApiServer, LEASE } from '../../test/wire/support/replicas.ts';

const TOOL = join(import.meta.dirname, '../tools/kubernetes.sh');
const VERSION = '1.36';
const HOST = '10.97.0.1';
const PORT = 16_443;

/** What it starts goes on behind it; only its own end is waited for. */
const tool = (words: readonly string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(TOOL, words, { stdio: ['ignore', 'ignore', 'inherit'] });
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`kubernetes.sh ${words.join(' ')} ended with ${code}`)),
    );
  });

/** One namespace with its Lease, the Role of two verbs, and the way to the API server, which counts what is asked. */
export type Namespace = ApiServer &
  AsyncDisposable & {
    /** Attempts to reach it so far, from outside: connections while it is away, which hold one request each. */
    readonly attempts: () => number;
    /** Bytes that replicas have sent so far: whether something is under way. */
    readonly sent: () => number;
    readonly lease: () => Promise<LeaseObject>;
  };

type LeaseObject = {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec?: { readonly holderIdentity?: string; readonly leaseTransitions?: number };
};

/** A real API server, with what a product's chart would make. */
export const startApiServer = async (folder: string) => {
  await tool(['api', folder, VERSION]);
  const ca = readFileSync(join(folder, 'ca.crt'));

  const ask = (method: string, path: string, body?: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const headers = { authorization: 'Bearer admintoken', 'content-type': 'application/json' };
      const asked = request({ host: HOST, port: PORT, ca, method, path, headers, agent: false }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        answer.on('end', () => {
          if ((answer.statusCode ?? 500) < 300) resolve(JSON.parse(text));
          else reject(new Error(`${method} ${path}: ${answer.statusCode} ${text}`));
        });
      });
      asked.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
    });

  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1' };

  return {
    stop: () => tool(['stop', folder, 'apiserver']),
    start: () => tool(['apiserver', folder]),
    end: () => tool(['stop', folder]),
    namespace: async (name: string): Promise<Namespace> => {
      const metadata = { name: LEASE };
      const roles = `/apis/rbac.authorization.k8s.io/v1/namespaces/${name}`;
      const leases = `/apis/coordination.k8s.io/v1/namespaces/${name}/leases`;
      await ask('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
      await ask('POST', `/api/v1/namespaces/${name}/serviceaccounts`, { metadata: { name: 'parser' } });
      await ask('POST', leases, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata });
      await ask('POST', `${roles}/roles`, {
        ...rbac,
        kind: 'Role',
        metadata,
        rules: [
          {
            apiGroups: ['coordination.k8s.io'],
            resources: ['leases'],
            resourceNames: [LEASE],
            verbs: ['get', 'update'],
          },
        ],
      });
      await ask('POST', `${roles}/rolebindings`, {
        ...rbac,
        kind: 'RoleBinding',
        metadata,
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: LEASE },
        subjects: [{ kind: 'ServiceAccount', name: 'parser', namespace: name }],
      });
      const { status } = (await ask('POST', `/api/v1/namespaces/${name}/serviceaccounts/parser/token`, {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { expirationSeconds: 86_400 },
      })) as { readonly status: { readonly token: string } };

      let [attempts, sent] = [0, 0];
      const sockets = new Set<Socket>();
      const way = createServer((near) => {
        attempts += 1;
        const far = connect(PORT, HOST);
        for (const socket of [near, far]) {
          sockets.add(socket);
          socket.on('error', () => {}).on('close', () => sockets.delete(socket));
        }
        near.on('data', (bytes) => {
          sent += bytes.length;
        });
        near.on('close', () => far.destroy());
        far.on('close', () => near.destroy());
        near.pipe(far).pipe(near);
      });
      await new Promise<void>((resolve) => way.listen(0, '127.0.0.1', resolve));
      return {
        host: '127.0.0.1',
        port: (way.address() as AddressInfo).port,
        attempts: () => attempts,
        sent: () => sent,
        lease: async () => (await ask('GET', `${leases}/${LEASE}`)) as LeaseObject,
        serviceAccount: (parent) => {
          const path = join(parent, 'service-account');
          mkdirSync(path, { recursive: true });
          writeFileSync(join(path, 'token'), status.token);
          writeFileSync(join(path, 'ca.crt'), ca);
          writeFileSync(join(path, 'namespace'), name);
          return path;
        },
        [Symbol.asyncDispose]: async () => {
          for (const socket of sockets) socket.destroy();
          await new Promise((resolve) => way.close(resolve));
        },
      };
    },
  };
};

export type RunningApiServer = Awaited<ReturnType<typeof startApiServer>>;
