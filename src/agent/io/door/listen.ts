import type { Server } from 'node:http';
import type { Listen } from '../../core/configuration/config.ts';
import type { Log } from '../../ports.ts';
import { type Address, listenTcp } from './listenTcp.ts';
import { listenUnix } from './listenUnix.ts';

/** Starts listening. `name` is the setting's first word (`door`, `health`) in errors and log. */
export const listenOn = (
  name: string,
  where: Listen,
  makeServer: () => Server,
  log: Pick<Log, 'info' | 'warn'>,
): Promise<Address> =>
  where.kind === 'unix' ? listenUnix(name, where.path, makeServer) : listenTcp(name, where, makeServer, log);
