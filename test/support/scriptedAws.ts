import { randomBytes } from 'node:crypto';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** One request as it came over the wire, to the last byte. */
export type WireRequest = {
  /** Counted from 1 over all connections. */
  readonly number: number;
  /** Head and body, as they came. */
  readonly raw: Buffer;
  readonly method: string;
  readonly path: string;
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** `MeterUsage`, `DryRun` (MeterUsage with DryRun), `RegisterUsage`, `AssumeRoleWithWebIdentity`, else `GET /path`. */
  readonly operation: string;
};

/** What is done with one request. */
export type Reply =
  | {
      readonly do: 'answer';
      readonly status: number;
      readonly body: string;
      readonly type?: string;
      /** Beside the usual ones; names in small letters. */
      readonly headers?: Readonly<Record<string, string>>;
      /** Absent: AWS's request id is left away, as by somebody else. */
      readonly requestId?: string;
      /** Absent: the service's own time; null: no Date at all. */
      readonly date?: string | null;
    }
  /** The request is read whole; then nothing ever comes. */
  | { readonly do: 'hang' }
  /** The request is read whole; then the connection is reset. */
  | { readonly do: 'reset' }
  /** The request is read whole; then half of an answer comes, and the end. */
  | { readonly do: 'half' }
  /** The request is read whole; then exactly these bytes come, and the end, or nothing more. */
  | { readonly do: 'bytes'; readonly bytes: string | Buffer; readonly after: 'end' | 'hang' };

export type Script = Reply | ((request: WireRequest) => Reply);

const JSON_11 = 'application/x-amz-json-1.1';

let requestIds = 0;
const nextRequestId = (): string => {
  requestIds += 1;
  return `5c21bd50-0000-4000-8000-${String(requestIds).padStart(12, '0')}`;
};

/** A yes of a JSON 1.1 service. */
export const yes = (body: unknown): Reply => ({
  do: 'answer',
  status: 200,
  body: JSON.stringify(body),
  type: JSON_11,
  requestId: nextRequestId(),
});

/** A no of the metering service, by AWS's error name. */
export const no = (name: string, status = 400, message = `${name} in words`): Reply => ({
  do: 'answer',
  status,
  body: JSON.stringify({ __type: `com.amazonaws.marketplace.metering#${name}`, message }),
  type: JSON_11,
  requestId: nextRequestId(),
});

/** A page of a proxy or a captive portal. */
export const html = (status = 200): Reply => ({
  do: 'answer',
  status,
  body: '<!doctype html><title>Sign in</title>',
  type: 'text/html',
});

const operationOf = (method: string, path: string, headers: Readonly<Record<string, string>>, body: string): string => {
  const target = headers['x-amz-target'];
  if (target !== undefined) {
    const name = target.slice(target.lastIndexOf('.') + 1);
    return name === 'MeterUsage' && /"DryRun"\s*:\s*true/.test(body) ? 'DryRun' : name;
  }
  return /(?:^|&)Action=(\w+)/.exec(body)?.[1] ?? `${method} ${path}`;
};

type Head = Pick<WireRequest, 'method' | 'path' | 'headers'>;

const readHead = (text: string): Head => {
  const [first = '', ...lines] = text.split('\r\n');
  const [method = '', path = ''] = first.split(' ');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  return { method, path, headers };
};

/** Cuts whole requests off the front of what has come in on one connection. Bodies have a Content-Length: the SDK's have. */
const cutRequest = (
  bytes: Buffer,
): { readonly request: Omit<WireRequest, 'number'>; readonly rest: Buffer } | undefined => {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = readHead(bytes.subarray(0, end).toString('latin1'));
  const length = end + 4 + Number(head.headers['content-length'] ?? 0);
  if (bytes.length < length) return undefined;
  const body = bytes.subarray(end + 4, length).toString('utf8');
  const operation = operationOf(head.method, head.path, head.headers, body);
  return {
    request: { ...head, body, operation, raw: Buffer.from(bytes.subarray(0, length)) },
    rest: bytes.subarray(length),
  };
};

const answerBytes = (reply: Extract<Reply, { do: 'answer' }>, now: number, isHead: boolean): string => {
  const date = reply.date === undefined ? new Date(now).toUTCString() : reply.date;
  const lines = [
    `HTTP/1.1 ${reply.status} Scripted`,
    `content-type: ${reply.type ?? 'text/plain'}`,
    `content-length: ${Buffer.byteLength(reply.body)}`,
    ...(date === null ? [] : [`date: ${date}`]),
    ...(reply.requestId === undefined ? [] : [`x-amzn-requestid: ${reply.requestId}`]),
    ...Object.entries(reply.headers ?? {}).map(([name, value]) => `${name}: ${value}`),
  ];
  return `${lines.join('\r\n')}\r\n\r\n${isHead ? '' : reply.body}`;
};

/** A task that nobody else in this machine's tests is. */
export const newTaskArn = (): string =>
  `arn:aws:ecs:eu-west-1:111122223333:task/shop/${randomBytes(16).toString('hex')}`;

/** What STS gives: credentials with this session token until then. */
export const assumed = (session: string, until: number): Reply => ({
  do: 'answer',
  status: 200,
  type: 'text/xml',
  requestId: nextRequestId(),
  body: `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>ASIASCRIPTED</AccessKeyId><SecretAccessKey>scripted-secret</SecretAccessKey><SessionToken>${session}</SessionToken><Expiration>${new Date(until).toISOString().replace(/\.\d+/, '')}</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`,
});

/** What the service says when nothing else is scripted; where it says no, the test forgot something. */
const usual = (operation: string, now: number, taskArn: string): Reply => {
  const expiration = new Date(now + 6 * 3_600_000).toISOString().replace(/\.\d+/, '');
  const keys = { AccessKeyId: 'ASIASCRIPTED', SecretAccessKey: 'scripted-secret', Expiration: expiration };
  switch (operation) {
    case 'MeterUsage':
    case 'DryRun':
      return yes({ MeteringRecordId: 'scripted-record' });
    case 'GET /credentials':
      return yes({ ...keys, Token: 'scripted-session', RoleArn: 'arn:aws:iam::111122223333:role/task' });
    case 'GET /v4/task':
      return yes({ Cluster: 'shop', TaskARN: taskArn, Family: 'shop', Revision: '7', LaunchType: 'FARGATE' });
    case 'AssumeRoleWithWebIdentity':
      return assumed('scripted-session', now + 6 * 3_600_000);
    default:
      return {
        do: 'answer',
        status: 404,
        type: JSON_11,
        requestId: nextRequestId(),
        body: '{"__type":"UnknownOperationException"}',
      };
  }
};

export type ScriptedAws = AsyncDisposable & {
  readonly host: string;
  readonly port: number;
  readonly origin: string;
  /** The resource that its task metadata names. */
  readonly taskArn: string;
  /** Every request so far, oldest first. */
  readonly requests: readonly WireRequest[];
  readonly calls: (operation: string) => readonly WireRequest[];
  /** How many connections are open at this moment. */
  readonly connections: () => number;
  /** Goes away: connections are refused until it comes back on the same port. */
  readonly leave: () => Promise<void>;
  readonly comeBack: () => Promise<void>;
  /** Scripts an operation: one entry a request; the last one goes on for ever. */
  readonly script: (operation: string, ...scripts: readonly Script[]) => void;
};

/**
 * A service of the tests' own: metering (JSON 1.1), STS, the ECS credential endpoint (`/credentials`) and task metadata
 * (`/v4/task`), on one port, of loopback unless said. It speaks HTTP by itself on bare sockets and shares nothing with the programs it
 * judges; `now` is its time.
 */
export const startScriptedAws = async ({
  now = Date.now,
  host = '127.0.0.1',
  port: wanted = 0,
  taskArn = newTaskArn(),
}: {
  readonly now?: () => number;
  readonly host?: string;
  readonly port?: number;
  readonly taskArn?: string;
} = {}): Promise<ScriptedAws> => {
  const requests: WireRequest[] = [];
  const scripts = new Map<string, Script[]>();
  const sockets = new Set<Socket>();

  const take = (operation: string): Script | undefined => {
    const list = scripts.get(operation);
    return list !== undefined && list.length > 1 ? list.shift() : list?.[0];
  };

  const perform = (request: WireRequest, socket: Socket): void => {
    const script = take(request.operation) ?? usual(request.operation, now(), taskArn);
    const reply = typeof script === 'function' ? script(request) : script;
    switch (reply.do) {
      case 'answer':
        socket.write(answerBytes(reply, now(), request.method === 'HEAD'));
        return;
      case 'hang':
        return;
      case 'reset':
        socket.resetAndDestroy();
        return;
      case 'half':
        socket.end(`HTTP/1.1 200 Scripted\r\ncontent-type: ${JSON_11}\r\ncontent-length: 999\r\n\r\n{"Metering`);
        return;
      case 'bytes':
        socket.write(reply.bytes);
        if (reply.after === 'end') socket.end();
        return;
      default:
        reply satisfies never;
    }
  };

  const server = createServer((socket) => {
    sockets.add(socket);
    let bytes: Buffer = Buffer.alloc(0);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      for (let cut = cutRequest(bytes); cut !== undefined; cut = cutRequest(bytes)) {
        bytes = cut.rest;
        const request = { ...cut.request, number: requests.length + 1 };
        requests.push(request);
        perform(request, socket);
      }
    });
  });
  const listen = (on: number) => new Promise<void>((resolve) => server.listen(on, host, resolve));
  const leave = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  await listen(wanted);
  const { port } = server.address() as AddressInfo;

  return {
    port,
    host,
    origin: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    taskArn,
    requests,
    calls: (operation) => requests.filter((request) => request.operation === operation),
    connections: () => sockets.size,
    script: (operation, ...list) => void scripts.set(operation, [...list]),
    leave,
    comeBack: () => listen(port),
    [Symbol.asyncDispose]: leave,
  };
};
