import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { type Millis, SECOND } from '../../core/time/hour.ts';
import { collect } from './collect.ts';
import { connect, proxyHeaders, type Route, type TlsTrust } from './connect.ts';

/** One HTTP request, as bytes. */
export type WireRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
};

/** One whole answer. */
export type WireAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
};

export type Timeouts = { readonly connect: Millis; readonly request: Millis };

export const TIMEOUTS: Timeouts = { connect: 5 * SECOND, request: 20 * SECOND };

/** No whole answer came. `sent`: whether any byte of the request was written, as the socket says. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly sent: boolean;

  constructor(message: string, sent: boolean, cause?: unknown) {
    super(message, { cause });
    this.sent = sent;
  }
}

const flat = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );

const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  // A host with several addresses fails once for each: the first says enough.
  const first = error instanceof AggregateError ? error.errors[0] : undefined;
  if (first instanceof Error) return first.message;
  return error.message === '' ? error.name : error.message;
};

const exchange = (
  socket: Socket,
  { target, proxy }: Route,
  { method, path, headers, body }: WireRequest,
  signal: AbortSignal,
): Promise<WireAnswer> =>
  new Promise((resolve, reject) => {
    const byProxy = proxy !== undefined && target.protocol === 'http:';
    const request = httpRequest({
      method,
      path: byProxy ? `${target.origin}${path}` : path,
      headers: { ...headers, ...(byProxy ? proxyHeaders(proxy) : {}) },
      createConnection: () => socket,
      signal,
    });
    request.on('error', reject);
    // A switch of protocols that nobody asked for ends a request without an error.
    const closed = () => reject(new Error('the connection was closed without an answer'));
    request.on('close', closed);
    request.on('response', (response) => {
      request.off('close', closed);
      collect(request, response, {
        done: (body) => resolve({ status: response.statusCode ?? 0, headers: flat(response.headers), body }),
        failed: reject,
      });
      response.on('aborted', () => reject(new Error('the connection was cut within the answer')));
    });
    request.end(body);
  });

const timer = (delay: Millis, message: string): { readonly signal: AbortSignal; readonly stop: () => void } => {
  const controller = new AbortController();
  const handle = setTimeout(() => controller.abort(new Error(message)), delay);
  return { signal: controller.signal, stop: () => clearTimeout(handle) };
};

/**
 * One request on a connection of its own, which is closed afterwards: a pooled connection that the service closed while
 * it was idle would cost a record its certainty. Rejects with TransportError only.
 */
export const send = async (
  route: Route,
  request: WireRequest,
  { trust, timeouts }: { readonly trust: TlsTrust; readonly timeouts: Timeouts },
): Promise<WireAnswer> => {
  const connecting = timer(timeouts.connect, `no connection to ${route.target.host} within ${timeouts.connect} ms`);
  let socket: Socket;
  try {
    socket = await connect(route, { trust, signal: connecting.signal });
  } catch (error) {
    throw new TransportError(
      connecting.signal.aborted ? messageOf(connecting.signal.reason) : messageOf(error),
      false,
      error,
    );
  } finally {
    connecting.stop();
  }
  // Bytes of the request only: a TLS socket counts what it was given to encrypt, a tunnel's CONNECT came before.
  const before = socket.bytesWritten;
  const waiting = timer(timeouts.request, `no whole answer from ${route.target.host} within ${timeouts.request} ms`);
  try {
    return await exchange(socket, route, request, waiting.signal);
  } catch (error) {
    const message = waiting.signal.aborted ? messageOf(waiting.signal.reason) : messageOf(error);
    throw new TransportError(message, socket.bytesWritten > before, error);
  } finally {
    waiting.stop();
    socket.destroy();
  }
};
