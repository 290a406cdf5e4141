import type { Server } from 'node:http';
import type { Listen, SocketAccess } from '../../core/configuration/config.ts';
import type { Log } from '../../ports.ts';
import { type Address, listenTcp } from './listenTcp.ts';
import { GROUP_TOO, listenUnix } from './listenUnix.ts';

/** Starts listening. `name` is the setting's first word (`door`, `health`) in errors and log. */
export const listenOn = (
  name: string,
  where: Listen,
  makeServer: () => Server,
  { log, socket = GROUP_TOO }: { readonly log: Pick<Log, 'info' | 'warn'>; readonly socket?: SocketAccess | undefined },
): Promise<Address> =>
  where.kind === 'unix'
    ? listenUnix(name, { ...where, ...socket }, makeServer)
    : listenTcp(name, where, makeServer, log);
