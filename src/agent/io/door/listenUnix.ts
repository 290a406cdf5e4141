import { chmod, chown, lstat, stat, unlink } from 'node:fs/promises';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import type { SocketAccess } from '../../core/configuration/config.ts';
import { describe, TollgateError } from '../../core/errors.ts';
import { EXIT } from '../../core/exitCode.ts';
import { type Address, bind } from './listenTcp.ts';

/** Owner and group: the app runs as another user of the same group. */
export const GROUP_TOO: SocketAccess = { mode: 0o660 };

/** The kernel's room for a socket's path, in bytes (sun_path, without its closing zero). */
const LONGEST_PATH = 107;

const refusal = (name: string, message: string, remedy: string, cause?: unknown): TollgateError =>
  new TollgateError(`${name}_socket`, `${name}.listen: ${message}`, { exitCode: EXIT.configuration, remedy, cause });

/** Whether somebody answers on this socket. */
const isAlive = (path: string): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: Error & { readonly code?: string }) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(false);
      // A full backlog is a living listener; a socket that we may not open is not ours to judge.
      else if (error.code === 'EAGAIN') resolve(true);
      else reject(error);
    });
  });

/** Makes room at the path: a dead socket goes, anything else stays and is named. */
const clear = async (name: string, path: string): Promise<void> => {
  const stats = await lstat(path).catch((error: Error & { readonly code?: string }) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (stats === undefined) return;
  if (!stats.isSocket()) {
    const what = stats.isSymbolicLink() ? 'a link' : stats.isDirectory() ? 'a folder' : 'a file';
    throw refusal(name, `${path} is ${what}, not a socket`, 'move it away or name another path; it is not deleted');
  }
  if (await isAlive(path)) {
    throw refusal(name, `another program answers on ${path}`, 'stop it, or name another path');
  }
  await unlink(path);
};

/** Gives a socket to a group. Only root, or a member of the group, may. */
const giveTo = async (name: string, path: string, group: number): Promise<void> => {
  try {
    await chown(path, (await stat(path)).uid, group);
  } catch (thrown) {
    const remedy = `make this user a member of group ${group} (on Kubernetes: supplementalGroups or fsGroup), or leave ${name}.socketGroup out`;
    throw refusal(name, `cannot give ${path} to group ${group}: ${describe(thrown)}`, remedy, thrown);
  }
};

/**
 * Listens on a unix socket with this mode and group. One that a killed process left behind is replaced; a living one, a
 * file or a link is refused by name and never deleted. Throws a TollgateError (78).
 */
export const listenUnix = async (
  name: string,
  { path, mode, group }: { readonly path: string } & SocketAccess,
  makeServer: () => Server,
): Promise<Address> => {
  if (Buffer.byteLength(path) > LONGEST_PATH) {
    throw refusal(name, `${path} is longer than ${LONGEST_PATH} bytes`, 'name a shorter path');
  }
  const server = makeServer();
  try {
    await clear(name, path);
    const result = await bind(server, { path });
    if ('thrown' in result) throw result.thrown;
    // Until then the umask rules: under the usual one nobody but the owner may connect.
    if (group !== undefined) await giveTo(name, path, group);
    await chmod(path, mode);
  } catch (thrown) {
    // A socket that may be used by the wrong ones is none: it goes, and the process with it.
    server.close();
    if (thrown instanceof TollgateError) throw thrown;
    throw refusal(
      name,
      `cannot listen on ${path}: ${describe(thrown)}`,
      'the folder must be there, and this user must be allowed to write in it',
      thrown,
    );
  }
  return { url: `unix:${path}`, all: [`unix:${path}`] };
};
