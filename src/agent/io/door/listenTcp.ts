import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TollgateError, toError } from '../../core/errors.ts';
import { EXIT } from '../../core/exitCode.ts';
import type { Log } from '../../ports.ts';

/** Where a listener answers: URLs without a path. */
export type Address = { readonly url: string; readonly all: readonly string[] };

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : error.message);

/** Binds one address; resolves with the port, or with what was in the way. */
export const bind = async (
  server: Server,
  where: { readonly host: string; readonly port: number; readonly ipv6Only?: true } | { readonly path: string },
): Promise<number | Error> => {
  try {
    server.listen(where);
    await once(server, 'listening');
    const address = server.address() as AddressInfo | string;
    return typeof address === 'string' ? 0 : address.port;
  } catch (error) {
    return toError(error);
  }
};

/** `localhost` is two addresses, and a client may try either: a loopback listener takes both. */
const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  localhost: ['127.0.0.1', '::1'],
  '127.0.0.1': ['127.0.0.1', '::1'],
  '::1': ['::1', '127.0.0.1'],
};

const urlOf = (host: string, port: number): string => `http://${host.includes(':') ? `[${host}]` : host}:${port}`;

const REMEDIES: Readonly<Record<string, string>> = {
  EADDRINUSE: 'stop the other program there, or choose another port',
  EACCES: 'choose a port above 1023',
  EADDRNOTAVAIL: 'name an address of this machine, or 0.0.0.0 for all',
};

/**
 * Listens on a TCP port; for a loopback name on both address families. One family that is not there is told at info and
 * does no harm; one on which somebody else listens is a warning, since clients may reach the stranger. Throws a
 * TollgateError (78) when no address could be taken.
 */
export const listenTcp = async (
  name: string,
  { host, port }: { readonly host: string; readonly port: number },
  makeServer: () => Server,
  log: Pick<Log, 'info' | 'warn'>,
): Promise<Address> => {
  const hosts = FAMILIES[host.toLowerCase()] ?? [host.replace(/^\[(.*)\]$/, '$1')];
  const failed: { readonly host: string; readonly error: Error }[] = [];
  const all: string[] = [];
  let bound = port;
  for (const one of hosts) {
    const result = await bind(makeServer(), {
      host: one,
      port: bound,
      ...(one.includes(':') && hosts.length > 1 && { ipv6Only: true }),
    });
    if (typeof result === 'number') {
      bound = result;
      all.push(urlOf(one, result));
    } else failed.push({ host: one, error: result });
  }
  const [first] = all;
  if (first === undefined) {
    const [{ error } = { error: new Error('no address') }] = failed;
    const code = codeOf(error);
    throw new TollgateError(`${name}_address`, `${name}.listen: cannot listen on ${host}:${port} (${code})`, {
      exitCode: EXIT.configuration,
      cause: error,
      remedy: `${REMEDIES[code] ?? 'name an address of this machine'} (${name}.listen)`,
    });
  }
  for (const { host: missing, error } of failed) {
    const code = codeOf(error);
    const level = code === 'EADDRINUSE' ? 'warn' : 'info';
    log[level](`${name}_half`, { message: `not listening on ${urlOf(missing, bound)}`, code, listening: first });
  }
  return { url: first, all };
};
