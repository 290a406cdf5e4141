import { readFileSync } from 'node:fs';
import type { Listen } from '../core/configuration/config.ts';
import { format } from '../core/configuration/values/listen.ts';
import { TollgateError, toError } from '../core/errors.ts';
import { EXIT } from '../core/exitCode.ts';
import { type Millis, SECOND } from '../core/time/hour.ts';
import type { AgentAddress } from './agentAddress.ts';

/** Not imported: an import reads every member of the module, one of which loads a whole HTTP client (18 ms of a health check). */
const { request } = process.getBuiltinModule('node:http');

/** Options of every command that talks to a running agent. */
export const AGENT_ARGS = {
  url: {
    type: 'string',
    description:
      'The door of the agent: http://127.0.0.1:8787 or unix:/path (else TOLLGATE_URL, else the configuration)',
    valueHint: 'URL',
  },
  config: { type: 'string', description: 'The configuration file that says where the door is', valueHint: 'FILE' },
} as const;

export type Heard = {
  readonly status: number;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
};

/** An agent answers in milliseconds, a status of a full ledger in less than a second. */
const PATIENCE: Millis = 5 * SECOND;

/** Where to connect to what listens on all addresses. */
const hostOf = (host: string): string => (host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host);

const objectOf = (text: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
};

/** One request and its answer. Rejects when there is none. */
export const ask = (
  where: Listen,
  {
    method = 'GET',
    path,
    token,
    json,
  }: {
    readonly method?: 'GET' | 'POST';
    readonly path: string;
    readonly token?: string | undefined;
    readonly json?: unknown;
  },
): Promise<Heard> =>
  new Promise((resolve, reject) => {
    const body = json === undefined ? undefined : JSON.stringify(json);
    const sent = request(
      {
        ...(where.kind === 'unix' ? { socketPath: where.path } : { host: hostOf(where.host), port: where.port }),
        method,
        path,
        // A connection of its own, never over a proxy of the environment.
        agent: false,
        headers: {
          ...(where.kind === 'unix' && { Host: 'localhost' }),
          ...(token !== undefined && { Authorization: `Bearer ${token}` }),
          ...(body !== undefined && { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }),
        },
        signal: AbortSignal.timeout(PATIENCE),
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: answer.statusCode ?? 0, text, body: objectOf(text) });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });

const tokenOf = (file: string | undefined): string | undefined => {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new TollgateError('agent_token', `the token file ${file} cannot be read`, {
      exitCode: EXIT.configuration,
      remedy: 'TOLLGATE_TOKEN_FILE must name the file that the agent uses (door.tokenFile), readable by this user',
      cause,
    });
  }
};

export const nobody = (where: Listen, cause: unknown): TollgateError => {
  const error = toError(cause);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.message;
  return new TollgateError('agent_unreachable', `no agent answers on ${format(where)} (${code})`, {
    exitCode: EXIT.unreachable,
    remedy: 'start it with "tollgate run" or "tollgate exec", or name its door with --url or TOLLGATE_URL',
    cause,
  });
};

/** What a person is told of an answer that is none of an agent's. */
export const stranger = (where: Listen, { status, body }: Heard): TollgateError =>
  new TollgateError(
    'agent_stranger',
    typeof body['detail'] === 'string'
      ? `${format(where)} refuses the request (${status}): ${body['detail']}`
      : `what answers on ${format(where)} is no agent (${status})`,
    { exitCode: EXIT.unreachable, remedy: 'name the door of the agent with --url or TOLLGATE_URL' },
  );

/** Asks the agent's door. Throws a TollgateError when nobody answers (69) or the token is missing or wrong (78). */
export const askDoor = async (
  { door, tokenFile }: AgentAddress,
  what: { readonly method?: 'GET' | 'POST'; readonly path: string; readonly json?: unknown },
): Promise<Heard> => {
  const token = tokenOf(tokenFile);
  let heard: Heard;
  try {
    heard = await ask(door, { ...what, token });
  } catch (cause) {
    throw nobody(door, cause);
  }
  if (heard.status !== 401) return heard;
  throw new TollgateError(
    'agent_token',
    `the agent on ${format(door)} ${tokenFile === undefined ? 'wants a token' : `does not take the token of ${tokenFile}`}`,
    {
      exitCode: EXIT.configuration,
      remedy: 'TOLLGATE_TOKEN_FILE must name the file that the agent uses (door.tokenFile)',
    },
  );
};
