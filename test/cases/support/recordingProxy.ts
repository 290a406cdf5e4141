import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { CERTIFICATE, PRIVATE_KEY } from '../../support/certificate.ts';

export type RecordingProxy = AsyncDisposable & {
  readonly port: number;
  /** What was asked of it, oldest first: `CONNECT host:443`, or `GET http://host/path`. */
  readonly asked: readonly string[];
  /** The headers of what was asked. */
  readonly headers: readonly IncomingMessage['headers'][];
};

/**
 * A forward proxy that writes down what it is asked. Its every tunnel leads to the scripted service at `host` and `port`, which
 * behind it has AWS's own names and a certificate for them (test/support/certificate.ts).
 */
export const startRecordingProxy = async (
  { host = '127.0.0.1', port }: { readonly host?: string; readonly port: number },
  { refuses }: { readonly refuses?: number } = {},
): Promise<RecordingProxy> => {
  const asked: string[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('close', () => sockets.delete(socket)).on('error', () => {});
  };
  const write = (request: IncomingMessage): void => {
    asked.push(`${request.method} ${request.url}`);
    headers.push(request.headers);
  };
  const inner = createTlsServer({ cert: CERTIFICATE, key: PRIVATE_KEY }, (socket) => {
    const onward = keep(connect(port, host));
    keep(socket).pipe(onward).pipe(socket);
    // Whoever is destroyed on one side is so on the other.
    socket.on('close', () => onward.destroy());
    onward.on('close', () => socket.destroy());
  });
  inner.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => inner.listen(0, '127.0.0.1', resolve));
  const proxy = createServer((request, response) => {
    write(request);
    response.writeHead(502).end();
  });
  proxy.on('connect', (request, socket: Socket) => {
    write(request);
    keep(socket);
    if (refuses !== undefined) {
      socket.end(`HTTP/1.1 ${refuses} No\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const tunnel = keep(connect((inner.address() as AddressInfo).port, '127.0.0.1'));
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    socket.pipe(tunnel).pipe(socket);
    socket.on('close', () => tunnel.destroy());
    tunnel.on('close', () => socket.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    port: (proxy.address() as AddressInfo).port,
    asked,
    headers,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all([proxy, inner].map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
};
