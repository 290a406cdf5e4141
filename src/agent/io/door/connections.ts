import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Reply } from '../../core/door/reply.ts';
import { rawReply, writeReply } from './writeReply.ts';

/** One connection: what was asked on it and is not answered yet. */
type Connection = {
  /** Opened when there were as many as may be. */
  readonly surplus: boolean;
  /** Requests whose answers are not written yet. */
  waiting: number;
  /** The request that arrived last, and its response. */
  last: { readonly request: IncomingMessage; readonly response: ServerResponse } | undefined;
  /** The answer to what could not be read, to be written when all before it are. */
  broken: Reply | undefined;
};

/**
 * The open connections of a listener, over all its addresses.
 *
 * What cannot be read as HTTP is answered in its turn: when a good request before it still waits for its own answer, an
 * answer in between would be taken for that one, and "nothing counted" would be believed of a report that counts.
 */
export const makeConnections = (most: number) => {
  const open = new Map<Duplex, Connection>();

  const end = (socket: Duplex, reply: Reply): void => {
    if (socket.writable) socket.end(rawReply(reply));
    else socket.destroy();
  };

  return {
    count: (): number => open.size,
    /** Requests that wait for their answers. */
    waiting: (): number => [...open.values()].reduce((total, { waiting }) => total + waiting, 0),
    opened: (socket: Duplex): void => {
      open.set(socket, { surplus: open.size >= most, waiting: 0, last: undefined, broken: undefined });
      socket.once('close', () => open.delete(socket));
    },
    /** Whether this connection is one too many, now. */
    isSurplus: (socket: Duplex): boolean => open.size > most && open.get(socket)?.surplus === true,
    asked: (request: IncomingMessage, response: ServerResponse): void => {
      const connection = open.get(request.socket);
      if (connection === undefined) return;
      connection.waiting += 1;
      connection.last = { request, response };
      response.once('close', () => {
        connection.waiting -= 1;
        if (connection.waiting === 0 && connection.broken !== undefined) end(request.socket, connection.broken);
      });
    },
    /** Something on this connection is not HTTP, or did not come in time. */
    broken: (socket: Duplex, reply: Reply): void => {
      const connection = open.get(socket);
      const last = connection?.last;
      if (connection === undefined || !socket.writable) socket.destroy();
      // Its body is the trouble: the request itself is answered, unless it has been already.
      else if (last !== undefined && !last.request.complete) {
        if (last.response.headersSent) socket.destroy();
        else writeReply(last.request, last.response, { ...reply, close: true });
      } else if (connection.waiting > 0) connection.broken = reply;
      else end(socket, reply);
    },
  };
};
