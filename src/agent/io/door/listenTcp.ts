import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, TollgateError } from '../../core/errors.ts';
import { EXIT } from '../../core/exitCode.ts';
import type { Log } from '../../ports.ts';

/** Where a listener answers: URLs without a path. */
export type Address = { readonly url: string; readonly all: readonly string[] };

/** The port that was bound (0 for a socket), or what was in the way. */
export type Bound = { readonly port: number } | { readonly thrown: unknown };

/** Node's name for what was in the way: EADDRINUSE and the like. */
const codeOf = (thrown: unknown): string =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown ? String(thrown.code) : describe(thrown);

/** Binds one address. Never rejects. */
export const bind = async (
  server: Server,
  where: { readonly host: string; readonly port: number; readonly ipv6Only?: boolean } | { readonly path: string },
): Promise<Bound> => {
  try {
    server.listen(where);
    await once(server, 'listening');
    const address = server.address() as AddressInfo | string;
    return { port: typeof address === 'string' ? 0 : address.port };
  } catch (thrown) {
    return { thrown };
  }
};

const EVERYWHERE = '::';

/**
 * `localhost` is two addresses, and a client may try either: a loopback listener takes both. So is "everywhere": the pods of
 * an IPv6 cluster are probed at theirs.
 */
const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  '0.0.0.0': ['0.0.0.0', EVERYWHERE],
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
 * Listens on a TCP port; for a loopback name, and for 0.0.0.0, on both address families. One family that is not there is told at info and
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
  const failed: { readonly host: string; readonly thrown: unknown }[] = [];
  const all: string[] = [];
  let bound = port;
  for (const one of hosts) {
    const result = await bind(makeServer(), {
      host: one,
      port: bound,
      // Else :: takes the IPv4 addresses as well, which are bound already.
      ipv6Only: one === EVERYWHERE && hosts.length > 1,
    });
    if ('thrown' in result) {
      failed.push({ host: one, thrown: result.thrown });
      continue;
    }
    bound = result.port;
    all.push(urlOf(one, bound));
  }
  const [first] = all;
  if (first === undefined) {
    const cause = failed[0]?.thrown;
    const code = codeOf(cause);
    throw new TollgateError(`${name}_address`, `${name}.listen: cannot listen on ${host}:${port} (${code})`, {
      exitCode: EXIT.configuration,
      cause,
      remedy: `${REMEDIES[code] ?? 'name an address of this machine'} (${name}.listen)`,
    });
  }
  for (const { host: missing, thrown } of failed) {
    const code = codeOf(thrown);
    const level = code === 'EADDRINUSE' ? 'warn' : 'info';
    // A machine without IPv6 is no news where nobody named it.
    if (missing === EVERYWHERE && level === 'info') continue;
    log[level](`${name}_half`, { message: `not listening on ${urlOf(missing, bound)}`, code, listening: first });
  }
  return { url: first, all };
};
