import type { Listen } from '../config.ts';
import { bad, good, type Reading } from './reading.ts';
import { shown } from './shown.ts';

/** The kernel's room for a socket's path, less its closing zero byte. */
const LONGEST_SOCKET_PATH = 107;
const HIGHEST_PORT = 65_535;

const FIX = 'write host:port like 127.0.0.1:8787 or [::1]:8787, or unix:/path/to/the.sock';

const HOST = /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})))$/;

export const format = (listen: Listen): string => {
  if (listen.kind === 'unix') return `unix:${listen.path}`;
  return `${listen.host.includes(':') ? `[${listen.host}]` : listen.host}:${listen.port}`;
};

/** Reads `host:port`, `[v6]:port` or `unix:/path`. */
export const read = (text: string): Reading<Listen> => {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length);
    if (!path.startsWith('/')) return bad(`${shown(text)} has no absolute path`, 'write unix:/run/tollgate/door.sock');
    if (new TextEncoder().encode(path).length > LONGEST_SOCKET_PATH)
      return bad(`the path of the socket is longer than ${LONGEST_SOCKET_PATH} bytes`, 'choose a shorter path');
    return good({ kind: 'unix', path });
  }
  const colon = text.lastIndexOf(':');
  const [, v6, name] = HOST.exec(text.slice(0, Math.max(colon, 0))) ?? [];
  const port = text.slice(colon + 1);
  const host = v6 ?? name;
  if (colon < 0 || host === undefined || !/^\d{1,5}$/.test(port)) return bad(`${shown(text)} is no address`, FIX);
  if (Number(port) > HIGHEST_PORT) return bad(`port ${port} does not exist`, `0 to ${HIGHEST_PORT}`);
  return good({ kind: 'tcp', host, port: Number(port) });
};

/** Whether only programs on this host (or in this pod or task) can reach it. */
export const isLoopback = (listen: Listen): boolean =>
  listen.kind === 'unix' ||
  ['localhost', '::1'].includes(listen.host.toLowerCase()) ||
  /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(listen.host);
