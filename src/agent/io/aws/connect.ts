import { request as httpRequest } from 'node:http';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { showProxy } from '../../core/platform/proxy.ts';

/** The way to a service: straight, or through a proxy. */
export type Route = { readonly target: URL; readonly proxy: URL | undefined };

/** How to tell that the other side is who it says. `strict`: whatever NODE_TLS_REJECT_UNAUTHORIZED says. */
export type TlsTrust = 'strict' | 'environment';

const portOf = (url: URL): number => Number(url.port) || (url.protocol === 'https:' ? 443 : 80);

const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

const isAddress = (host: string): boolean => /^[\d.]+$/.test(host) || host.includes(':');

/** Resolves at the socket's `event`; rejects, with the socket gone, at an error, a close or the signal before it. */
const settled = (socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const done = () => {
      socket.off('error', failed).off('close', closed).off(event, opened);
      signal.removeEventListener('abort', aborted);
    };
    const opened = () => {
      done();
      resolve(socket);
    };
    const failed = (error: Error) => {
      done();
      // A second error may follow the first; nobody else listens any more.
      socket.on('error', () => {});
      socket.destroy();
      reject(error);
    };
    const closed = () => failed(new Error('the connection was closed while it was being made'));
    const aborted = () => failed(signal.reason instanceof Error ? signal.reason : new Error('given up'));
    socket.on('error', failed).on('close', closed).on(event, opened);
    signal.addEventListener('abort', aborted);
    if (signal.aborted) aborted();
  });

const openTls = (url: URL, over: Socket | undefined, trust: TlsTrust, signal: AbortSignal): Promise<Socket> => {
  const host = hostOf(url);
  const socket = connectTls({
    ...(over === undefined ? { host, port: portOf(url) } : { socket: over }),
    ...(isAddress(host) ? {} : { servername: host }),
    ...(trust === 'strict' ? { rejectUnauthorized: true } : {}),
    ALPNProtocols: ['http/1.1'],
  });
  return settled(socket, 'secureConnect', signal);
};

const openStraight = (url: URL, trust: TlsTrust, signal: AbortSignal): Promise<Socket> =>
  url.protocol === 'https:'
    ? openTls(url, undefined, trust, signal)
    : settled(connectTcp({ host: hostOf(url), port: portOf(url) }), 'connect', signal);

/** What a proxy wants to know of us; empty without a user in its address. */
export const proxyHeaders = (proxy: URL): Record<string, string> => {
  if (proxy.username === '') return {};
  const user = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(user).toString('base64')}` };
};

/** Asks the proxy for a tunnel. What it is told is the target's host, and nothing of our request. */
const tunnel = async (proxy: URL, target: URL, trust: TlsTrust, signal: AbortSignal): Promise<Socket> => {
  const socket = await openStraight(proxy, trust, signal);
  const host = `${target.hostname}:${portOf(target)}`;
  return new Promise((resolve, reject) => {
    const refuse = (message: string) => {
      socket.destroy();
      reject(new Error(`the proxy ${showProxy(proxy)} ${message}`));
    };
    httpRequest({
      method: 'CONNECT',
      path: host,
      headers: { host, ...proxyHeaders(proxy) },
      createConnection: () => socket,
      signal,
    })
      .on('connect', ({ statusCode }) =>
        statusCode === 200 ? resolve(socket) : refuse(`answered ${statusCode} to CONNECT ${host}`),
      )
      .on('response', ({ statusCode }) => refuse(`answered ${statusCode} to CONNECT ${host}`))
      .on('error', ({ message }) => refuse(`made no tunnel: ${message}`))
      .end();
  });
};

/**
 * Opens a connection that is ready for the first byte of a request: name resolved, connected, tunnel granted, TLS
 * agreed. Nothing of the request has been handed to anyone before this resolves, so a failure here is a request that
 * was certainly not sent.
 */
export const connect = async (
  { target, proxy }: Route,
  { trust, signal }: { readonly trust: TlsTrust; readonly signal: AbortSignal },
): Promise<Socket> => {
  if (proxy === undefined) return openStraight(target, trust, signal);
  if (target.protocol === 'http:') return openStraight(proxy, trust, signal);
  return openTls(target, await tunnel(proxy, target, trust, signal), trust, signal);
};
