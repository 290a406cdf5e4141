import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { CERTIFICATE, PRIVATE_KEY } from './certificate.ts';

/** One request as it came over the wire. */
export type Seen = {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What was asked: the operation (`MeterUsage`), `AssumeRoleWithWebIdentity`, else method and path. */
  readonly operation: string;
};

/** What the fake does with one request. */
export type Act =
  | {
      readonly do: 'answer';
      readonly status?: number;
      readonly json?: unknown;
      readonly text?: string;
      readonly headers?: Readonly<Record<string, string>>;
      /** Leaves AWS's request id and content type away: somebody else answers. */
      readonly foreign?: true;
    }
  /** Reads the request, never answers. */
  | { readonly do: 'hang' }
  /** Answers the head, never the body. */
  | { readonly do: 'hangAfterHeaders' }
  /** Answers half of what it announces, then cuts. */
  | { readonly do: 'half' }
  /** Reads the request, then cuts without an answer. */
  | { readonly do: 'cut' };

export const says = (json: unknown, status = 200): Act => ({ do: 'answer', status, json });
export const refuses = (name: string, status = 400, message = `said ${name}`): Act =>
  says({ __type: `com.amazonaws.marketplacemetering#${name}`, message }, status);

const flat = (headers: IncomingMessage['headers']): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

const operationOf = ({ method, url, headers }: IncomingMessage, body: string): string => {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') return target.split('.')[1] ?? target;
  return /(?:^|&)Action=(\w+)/.exec(body)?.[1] ?? `${method} ${url}`;
};

const perform = (act: Act, response: ServerResponse, requestId: string): void => {
  const aws = { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': requestId };
  switch (act.do) {
    case 'answer': {
      const { status = 200, json, text = JSON.stringify(json ?? {}), headers = {}, foreign } = act;
      response.writeHead(status, { ...(foreign === true ? {} : aws), ...headers }).end(text);
      return;
    }
    case 'hang':
      return;
    case 'hangAfterHeaders':
      response.writeHead(200, aws).flushHeaders();
      return;
    case 'half':
      response.writeHead(200, { ...aws, 'content-length': '100' }).write('{"MeteringRecordId":');
      setImmediate(() => response.socket?.destroy());
      return;
    case 'cut':
      // A TLS socket cannot be reset, only cut.
      if (response.socket instanceof TLSSocket) response.socket.destroy();
      else response.socket?.resetAndDestroy();
      return;
    default:
      act satisfies never;
  }
};

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

const stop = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
  });

export const credentialsUntil = (expiration: Date) => ({
  AccessKeyId: 'AKIDFAKE',
  SecretAccessKey: 'fake-secret',
  Token: 'fake-session-token',
  Expiration: expiration.toISOString(),
});

/** STS's answer in XML. */
export const assumed = (expiration: Date): Act => ({
  do: 'answer',
  headers: { 'content-type': 'text/xml' },
  text: `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><AssumedRoleUser><AssumedRoleId>AROAFAKE:tollgate</AssumedRoleId><Arn>arn:aws:sts::111122223333:assumed-role/parser/tollgate</Arn></AssumedRoleUser><Credentials><AccessKeyId>ASIAFAKE</AccessKeyId><SecretAccessKey>fake-secret</SecretAccessKey><SessionToken>fake-session-token</SessionToken><Expiration>${expiration.toISOString()}</Expiration></Credentials></AssumeRoleWithWebIdentityResult><ResponseMetadata><RequestId>sts-1</RequestId></ResponseMetadata></AssumeRoleWithWebIdentityResponse>`,
});

export const stsRefuses = (code: string, status: number, message: string): Act => ({
  do: 'answer',
  status,
  headers: { 'content-type': 'text/xml' },
  text: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>sts-1</RequestId></ErrorResponse>`,
});

const HOUR = 3_600_000;

/** What AWS says when nothing else was scripted. */
const usual = (operation: string): Act => {
  switch (operation) {
    case 'MeterUsage':
      return says({ MeteringRecordId: 'record-1' });
    case 'RegisterUsage':
      return says({ Signature: 'signed.token.text', PublicKeyRotationTimestamp: null });
    case 'AssumeRoleWithWebIdentity':
      return assumed(new Date(Date.now() + HOUR));
    case 'GET /credentials':
      return says(credentialsUntil(new Date(Date.now() + HOUR)));
    default:
      return { do: 'answer', status: 404, json: {} };
  }
};

export type FakeAws = AsyncDisposable & {
  readonly port: number;
  readonly origin: string;
  readonly seen: readonly Seen[];
  /** The requests for one operation, oldest first. */
  readonly calls: (operation: string) => readonly Seen[];
  /** What to do with the next requests for an operation, in order; afterwards the usual. */
  readonly next: (operation: string, ...acts: readonly Act[]) => void;
  /** What to do from now on with every request for an operation. */
  readonly always: (operation: string, act: Act | ((seen: Seen) => Act)) => void;
};

/** Metering, STS, metadata and credential endpoints on one loopback port, scripted, logging every request. */
export const startFakeAws = async ({ tls = false }: { readonly tls?: boolean } = {}): Promise<FakeAws> => {
  const seen: Seen[] = [];
  const scripted = new Map<string, Act[]>();
  const standing = new Map<string, Act | ((seen: Seen) => Act)>();
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const operation = operationOf(request, body);
    const call = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: flat(request.headers),
      body,
      operation,
    };
    seen.push(call);
    const always = standing.get(operation);
    const act =
      scripted.get(operation)?.shift() ?? (typeof always === 'function' ? always(call) : always) ?? usual(operation);
    perform(act, response, `request-${seen.length}`);
  };
  const server = tls ? createTlsServer({ cert: CERTIFICATE, key: PRIVATE_KEY }, handle) : createServer(handle);
  const port = await listen(server);
  return {
    port,
    origin: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    seen,
    calls: (operation) => seen.filter((call) => call.operation === operation),
    next: (operation, ...acts) => {
      scripted.set(operation, [...(scripted.get(operation) ?? []), ...acts]);
    },
    always: (operation, act) => {
      standing.set(operation, act);
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await stop(server);
    },
  };
};

/** A bare TCP listener for everything that is not HTTP: `talk` gets each connection. */
export const startRawServer = async (
  talk: (socket: Socket) => void,
): Promise<AsyncDisposable & { readonly port: number }> => {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    talk(socket);
  });
  const port = await listen(server);
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await stop(server);
    },
  };
};

export type Proxy = AsyncDisposable & {
  readonly port: number;
  /** The first line and the headers of each request that it was sent. */
  readonly seen: readonly string[];
};

/** A proxy that notes every CONNECT and tunnels all of them to one port, or answers `refusal` instead. */
export const startProxy = async ({
  to,
  refusal,
}: {
  readonly to: number;
  readonly refusal?: string;
}): Promise<Proxy> => {
  const seen: string[] = [];
  const server = await startRawServer((socket) => {
    socket.once('data', (head) => {
      seen.push(head.toString('latin1'));
      if (refusal !== undefined) return socket.end(refusal);
      const onward = connect(to, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        socket.pipe(onward).pipe(socket);
      });
      onward.on('error', () => socket.destroy());
      return onward;
    });
  });
  return Object.assign(server, { seen });
};
