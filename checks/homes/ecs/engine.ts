import { request } from 'node:http';

/** What the engine tells of a container. */
export type Inspected = {
  readonly State: {
    readonly Running: boolean;
    readonly Pid: number;
    readonly ExitCode: number;
    readonly StartedAt: string;
    readonly FinishedAt: string;
    readonly Health?: {
      readonly Status: 'starting' | 'healthy' | 'unhealthy';
      readonly Log: readonly { readonly End: string; readonly ExitCode: number; readonly Output: string }[] | null;
    };
  };
};

/** The engine's API, as the ECS agent speaks it. */
export type Engine = {
  readonly create: (name: string, body: object) => Promise<string>;
  readonly start: (id: string) => Promise<void>;
  readonly inspect: (id: string) => Promise<Inspected>;
  /** Resolves with the exit code once it has ended. */
  readonly wait: (id: string) => Promise<number>;
  /** The image's stop signal, and SIGKILL after so many seconds. */
  readonly stop: (id: string, seconds: number) => Promise<void>;
  readonly kill: (id: string, signal: string) => Promise<void>;
  /** Everything it has said, each stream on its own. */
  readonly logs: (id: string) => Promise<{ readonly stdout: string; readonly stderr: string }>;
  readonly remove: (id: string) => Promise<void>;
  readonly removeVolume: (name: string) => Promise<void>;
};

const VERSION = '/v1.41';

/** A log in frames: a byte for the stream, three of nothing, four of length (Engine API, "Attach to a container"). */
const unframed = (frames: Buffer): { stdout: string; stderr: string } => {
  const streams: [Buffer[], Buffer[]] = [[], []];
  for (let at = 0; at + 8 <= frames.length; ) {
    const length = frames.readUInt32BE(at + 4);
    streams[frames[at] === 2 ? 1 : 0].push(frames.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  const [stdout, stderr] = streams.map((parts) => Buffer.concat(parts).toString('utf8'));
  return { stdout: stdout ?? '', stderr: stderr ?? '' };
};

/** `socket`: DOCKER_HOST without `unix://`. */
export const makeEngine = (socket: string): Engine => {
  const ask = (method: string, path: string, body?: object): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const headers = { host: 'engine', ...(body !== undefined && { 'content-type': 'application/json' }) };
      const asked = request({ socketPath: socket, method, path: `${VERSION}${path}`, headers }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const text = Buffer.concat(chunks);
          if ((answer.statusCode ?? 500) < 400) resolve(text);
          else reject(new Error(`${method} ${path}: ${answer.statusCode} ${text}`));
        });
      });
      asked.on('error', reject);
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  const json = async <T>(method: string, path: string, body?: object): Promise<T> =>
    JSON.parse((await ask(method, path, body)).toString('utf8')) as T;
  return {
    create: async (name, body) => (await json<{ Id: string }>('POST', `/containers/create?name=${name}`, body)).Id,
    start: async (id) => void (await ask('POST', `/containers/${id}/start`)),
    inspect: (id) => json('GET', `/containers/${id}/json`),
    wait: async (id) => (await json<{ StatusCode: number }>('POST', `/containers/${id}/wait`)).StatusCode,
    stop: async (id, seconds) => void (await ask('POST', `/containers/${id}/stop?t=${seconds}`)),
    kill: async (id, signal) => void (await ask('POST', `/containers/${id}/kill?signal=${signal}`)),
    logs: async (id) => unframed(await ask('GET', `/containers/${id}/logs?stdout=1&stderr=1`)),
    remove: async (id) => void (await ask('DELETE', `/containers/${id}?force=1`)),
    removeVolume: async (name) => void (await ask('DELETE', `/volumes/${name}?force=1`)),
  };
};
