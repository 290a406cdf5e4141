import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Reply } from '../../core/door/reply.ts';
import { LINGER, rawReply, writeReply } from './writeReply.ts';

/** One connection: what was asked on it and is not answered yet. */
type Connection = {
  /** Opened when there were as many as may be. */
  readonly surplus: boolean;
  /** Requests whose answers are not written yet. */
  waiting: number;
  /** The request that arrived last, and its response. */
  last: { readonly request: IncomingMessage; readonly response: ServerResponse } | undefined;
  /** The answer to what could not be read, once there was such a thing. Nothing more is read after it. */
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
    if (!socket.writable) return void socket.destroy();
    socket.end(rawReply(reply));
    // The other side ends it when it has read the answer; one that does not must not keep its place.
    const timer = setTimeout(() => socket.destroy(), LINGER);
    socket.once('close', () => clearTimeout(timer));
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
        const { waiting, broken } = connection;
        if (waiting === 0 && broken !== undefined && request.complete) end(request.socket, broken);
      });
    },
    /** Something on this connection is not HTTP, or did not come in time. */
    broken: (socket: Duplex, reply: Reply): void => {
      const connection = open.get(socket);
      if (connection === undefined || !socket.writable) return void socket.destroy();
      // node:http says it again for everything that still arrives.
      if (connection.broken !== undefined) return;
      connection.broken = reply;
      const { last, waiting } = connection;
      if (last !== undefined && !last.request.complete) {
        // Its body is the trouble: the request itself is answered, unless it has been already.
        if (last.response.headersSent) socket.destroy();
        else writeReply(last.request, last.response, { ...reply, close: true });
      } else if (waiting === 0) end(socket, reply);
    },
  };
};
