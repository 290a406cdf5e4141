import { writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { CERTIFICATE, PRIVATE_KEY } from '../../support/certificate.ts';

/** What a proxy does with a CONNECT. */
export type Manner =
  /** Tunnels to the service. */
  | { readonly do: 'tunnel' }
  /** Answers this, and hangs up. */
  | { readonly do: 'refuse'; readonly bytes: string }
  /** Resets the connection. */
  | { readonly do: 'reset' }
  /** Never answers. */
  | { readonly do: 'hang' }
  /** Grants the tunnel, then resets it before a byte of TLS has come back. */
  | { readonly do: 'cut' }
  /** Grants the tunnel to a service that speaks a TLS which nobody should. */
  | { readonly do: 'oldTls' };

export type CrookedProxy = AsyncDisposable & {
  readonly port: number;
  /** First line and headers of every CONNECT. */
  readonly asked: readonly string[];
  /** From now on; the first `well` connections are tunnelled still. */
  readonly behave: (manner: Manner, well?: number) => void;
  /** Cuts every connection that is open. */
  readonly die: () => void;
};

const listening = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

/** Carries the bytes of two sockets to each other until one of them ends. */
const join2 = (a: Socket, b: Socket): void => {
  a.on('error', () => b.destroy()).on('close', () => b.destroy());
  b.on('error', () => a.destroy()).on('close', () => a.destroy());
  a.pipe(b).pipe(a);
};

/** A proxy of the tests' own in front of a service that gets AWS's names and the tests' certificate. */
export const startCrookedProxy = async (service: number): Promise<CrookedProxy> => {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('close', () => sockets.delete(socket)).on('error', () => {});
  };
  const pair = { cert: CERTIFICATE, key: PRIVATE_KEY };
  const tls = createTlsServer(pair, (socket) => join2(keep(socket), keep(connect(service, '127.0.0.1'))));
  const old = createTlsServer({ ...pair, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' }, (socket) => socket.end());
  for (const server of [tls, old]) server.on('tlsClientError', () => {});
  const ports = { tunnel: await listening(tls), oldTls: await listening(old) };
  const asked: string[] = [];
  let manner: Manner = { do: 'tunnel' };
  let well = 0;
  const take = (): Manner => {
    well -= 1;
    return well >= 0 ? { do: 'tunnel' } : manner;
  };
  const proxy = createServer((socket) => {
    keep(socket).once('data', (head: Buffer) => {
      asked.push(head.toString('latin1'));
      const how = take();
      switch (how.do) {
        case 'tunnel':
        case 'oldTls': {
          const onward = keep(connect(ports[how.do], '127.0.0.1'));
          onward.once('connect', () => {
            socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
            join2(socket, onward);
          });
          return;
        }
        case 'refuse':
          socket.end(how.bytes);
          return;
        case 'reset':
          socket.resetAndDestroy();
          return;
        case 'hang':
          return;
        case 'cut':
          socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
          socket.once('data', () => socket.resetAndDestroy());
          return;
        default:
          how satisfies never;
      }
    });
  });
  const port = await listening(proxy);
  const die = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port,
    asked,
    behave: (next, first = 0) => {
      manner = next;
      well = first;
    },
    die,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all([tls, old, proxy].map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
};

/** An environment in which AWS's own names are reached through a proxy only. `user` as in `name:password@`, or empty. */
export const behind = (
  { port }: Pick<CrookedProxy, 'port'>,
  folder: string,
  env: Readonly<Record<string, string>>,
  user: string,
): Readonly<Record<string, string>> => {
  const authority = join(folder, 'authority.pem');
  writeFileSync(authority, CERTIFICATE);
  const { AWS_ENDPOINT_URL_MARKETPLACE_METERING: _, ...rest } = env;
  return { ...rest, HTTPS_PROXY: `http://${user}127.0.0.1:${port}`, NODE_EXTRA_CA_CERTS: authority };
};
