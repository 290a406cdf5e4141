import type { MarketplaceMeteringClientConfig } from '@aws-sdk/client-marketplace-metering';
import type { Environment } from '../../core/platform/environment.ts';
import { proxyFor } from '../../core/platform/proxy.ts';
import type { Route, TlsTrust } from './connect.ts';
import { send, type Timeouts } from './transport.ts';

/** What the SDK's clients take as their request handler. */
export type SdkHandler = Extract<NonNullable<MarketplaceMeteringClientConfig['requestHandler']>, { handle: unknown }>;

type SdkRequest = {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
};

/** The answer as our handler gives it to the SDK: whole, its body as bytes. */
export type SdkAnswer = {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
};

/** What is the same for every call of a process. */
export type Lines = {
  /** For proxies. */
  readonly env: Environment;
  readonly trust: TlsTrust;
  readonly timeouts: Timeouts;
};

export const routeTo = (target: URL, { env }: Lines): Route => ({ target, proxy: proxyFor(target, env) });

const bytesOf = (body: unknown): Uint8Array => {
  if (body instanceof Uint8Array) return body;
  return typeof body === 'string' ? Buffer.from(body) : new Uint8Array();
};

const authorityOf = (hostname: string, port: number | undefined): string =>
  port === undefined ? hostname : `${hostname}:${port}`;

/** Carries the SDK's signed requests over our own transport, which knows whether a byte was written, and proxies. */
export const makeSdkHandler = (lines: Lines): SdkHandler => ({
  metadata: { handlerProtocol: 'http/1.1' },
  handle: async (request: SdkRequest): Promise<{ response: SdkAnswer }> => {
    const { protocol, hostname, port, method, path, headers, body } = request;
    const target = new URL(`${protocol}//${authorityOf(hostname, port)}`);
    const answer = await send(routeTo(target, lines), { method, path, headers, body: bytesOf(body) }, lines);
    return {
      response: {
        statusCode: answer.status,
        headers: { ...answer.headers },
        body: answer.body,
      },
    };
  },
  updateHttpClientConfig: () => {},
  httpHandlerConfigs: () => ({}),
});
