import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Incoming, Outcome } from './http.ts';

export type Handler = (incoming: Incoming) => Promise<Outcome>;

/** One listening address. */
export type Listener = { readonly url: string; readonly stop: () => Promise<void> };

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

const headersOf = ({ headers }: IncomingMessage): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );

const incomingOf = async (request: IncomingMessage): Promise<Incoming> => {
  const [path = '/', query = ''] = (request.url ?? '/').split(/\?(.*)/s);
  return { method: request.method ?? 'GET', path, query, headers: headersOf(request), body: await bodyOf(request) };
};

const send = (outcome: Outcome, request: IncomingMessage, response: ServerResponse): void => {
  if (outcome === 'hang') return;
  if (outcome === 'reset') {
    request.socket.resetAndDestroy();
    return;
  }
  if (outcome === 'cut') {
    request.socket.destroy();
    return;
  }
  response.writeHead(outcome.status, { ...outcome.headers, 'content-length': Buffer.byteLength(outcome.body) });
  response.end(request.method === 'HEAD' ? undefined : outcome.body);
};

const urlOf = (server: Server, host: string): string => {
  const { port } = server.address() as AddressInfo;
  // The SDKs take credentials over plain HTTP from a loopback address only.
  if (host === '0.0.0.0') return `http://127.0.0.1:${port}`;
  if (host === '::') return `http://[::1]:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
};

/** Serves `handler` on one address until it is stopped; port 0 takes a free one. */
export const listen = (handler: Handler, host: string, port: number): Promise<Listener> => {
  const server = createServer(async (request, response) => {
    try {
      send(await handler(await incomingOf(request)), request, response);
    } catch {
      // The client has left in the middle of its request: there is nobody to answer.
      request.socket.destroy();
    }
  });
  // An idle connection is kept longer than any client's pool keeps it, as AWS does not close on its callers either.
  server.keepAliveTimeout = 75_000;
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve({ url: urlOf(server, host), stop }));
  });
};
