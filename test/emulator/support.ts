import { MarketplaceMeteringClient } from '@aws-sdk/client-marketplace-metering';
import { type EmulatorOptions, makeEmulator } from '../../src/emulator/emulator.ts';
import type { Surroundings } from '../../src/emulator/identity/environment.ts';

export type Keys = { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string };

export type Launched = Surroundings & {
  readonly resource: { readonly id: string; readonly handle: string; readonly name: string; readonly region: string };
};

/** A request as the SDK hands it to whoever sends it. */
type SdkRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
};

/** The time at which every emulated world of these tests starts. */
export const START = Date.parse('2026-03-01T10:00:00Z');

/** An emulator on a socket, its clock standing still at START until it is moved; away when the test is over. */
export const emulate = async (options: EmulatorOptions = {}) => {
  const emulator = makeEmulator({ clock: () => START, ...options });
  const url = await emulator.start();
  const admin = async <T = Record<string, unknown>>(method: string, route: string, body?: object): Promise<T> => {
    const response = await fetch(`${url}/admin/${route}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return (await response.json()) as T;
  };
  const launch = (kind: 'ecs' | 'eks' | 'ec2', more: object = {}): Promise<Launched> =>
    admin('POST', 'resources', { kind, ...more });

  const taskKeys = async ({ environment }: Launched): Promise<Keys> => {
    const response = await fetch(environment['AWS_CONTAINER_CREDENTIALS_FULL_URI'] ?? '');
    const { AccessKeyId, SecretAccessKey, Token } = (await response.json()) as Record<string, string>;
    return { accessKeyId: AccessKeyId ?? '', secretAccessKey: SecretAccessKey ?? '', sessionToken: Token ?? '' };
  };

  /** The real client, one attempt a call; its clock is the emulator's, as on a host whose clock is right. */
  const client = (credentials: Keys, region = 'us-east-1') =>
    new MarketplaceMeteringClient({
      endpoint: url,
      region,
      credentials,
      maxAttempts: 1,
      systemClockOffset: emulator.house.clock.now() - Date.now(),
    });

  /** The real client without a socket: `pass` stands between it and the emulator. */
  const direct = (
    credentials: Keys,
    { host = 'metering.marketplace.us-east-1.amazonaws.com', region = 'us-east-1', pass = emulator.handle } = {},
  ) =>
    new MarketplaceMeteringClient({
      endpoint: `https://${host}`,
      region,
      credentials,
      maxAttempts: 1,
      systemClockOffset: emulator.house.clock.now() - Date.now(),
      requestHandler: {
        handle: async ({ method, path, headers, body }: SdkRequest) => {
          const bytes = Buffer.from(new TextDecoder().decode(body));
          const outcome = await pass({ method, path, query: '', headers, body: bytes });
          if (typeof outcome === 'string') throw new Error(outcome);
          return {
            response: { statusCode: outcome.status, headers: outcome.headers, body: Buffer.from(outcome.body) },
          };
        },
      },
    });

  /** A task with the right role, and a client inside it. */
  const task = async (more: object = {}) => {
    const launched = await launch('ecs', more);
    return { launched, client: client(await taskKeys(launched), launched.resource.region) };
  };

  return { emulator, url, admin, launch, taskKeys, client, direct, task, [Symbol.asyncDispose]: emulator.stop };
};

/** What a call ended with: its answer, or the name of its error. */
export const outcomeOf = async <T>(call: Promise<T>): Promise<T | string> => {
  try {
    return await call;
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
};

export const USAGE = '4w1vgsrkqdkypbz43g7qkk4uz';
export const HOURLY = '2hourlyproductcode0example1';
