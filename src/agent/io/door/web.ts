import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { problem, type Reply, unavailable } from '../../core/door/reply.ts';
import { describe } from '../../core/errors.ts';
import { type Millis, SECOND } from '../../core/time/hour.ts';
import type { Log } from '../../ports.ts';
import { makeConnections } from './connections.ts';
import { faultReply, writeReply } from './writeReply.ts';

/** How long connections and requests may take. */
export type Times = {
  /** An idle connection is kept so long: pooled clients write to it long after their last request. */
  readonly idle: Millis;
  /** A request's headers must be there so long after the connection was opened; more than `idle`, since clients open connections ahead. */
  readonly headers: Millis;
  /** A whole request must be there so long after its first byte. */
  readonly request: Millis;
  /** How often the two are looked at. */
  readonly look: Millis;
};

export const TIMES: Times = { idle: 75 * SECOND, headers: 80 * SECOND, request: 90 * SECOND, look: 5 * SECOND };

/** The path that a request asks for, without its query. */
export const pathOf = ({ url = '' }: IncomingMessage): string => url.split('?', 1)[0] ?? '';

/** Answers one request. What it throws or rejects with is logged and answered by 500. */
export type Handler = (request: IncomingMessage) => Reply | Promise<Reply>;

/**
 * What every listener of ours has in common, above its sockets: limits, malformed requests, the number of connections.
 * Each address has a server of its own; they share the count.
 */
export const makeWeb = ({
  connections: most,
  handle,
  times,
  log,
}: {
  readonly connections: number;
  readonly handle: Handler;
  readonly times: Times;
  readonly log: Pick<Log, 'error'>;
}) => {
  const connections = makeConnections(most);
  const servers = new Set<Server>();
  let closing = false;
  let dismissed = false;

  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    connections.asked(request, response);
    const respond = (reply: Reply): void => {
      dismissed ||= closing && response.shouldKeepAlive;
      writeReply(request, response, closing ? { ...reply, close: true } : reply);
    };
    const surplus = connections.isSurplus(request.socket);
    // An async function also turns what `handle` throws at once into a rejection; it adds no turn of the loop.
    const answer = async (): Promise<Reply> =>
      surplus
        ? unavailable(`All ${most} connections are in use; use fewer, and keep them open.`, 1, true)
        : handle(request);
    answer().then(respond, (error: unknown) => {
      log.error('listener_error', { path: pathOf(request), message: describe(error) });
      respond(problem('internal', 'The agent could not answer; its log says why.'));
    });
  };

  /**
   * `Expect: 100-continue`: the body is asked for when somebody begins to read it. When the answer comes before that,
   * nobody knows whether a body still follows, and node:http ends the connection.
   */
  const onContinue = (request: IncomingMessage, response: ServerResponse): void => {
    request.once('resume', () => {
      if (!response.headersSent) response.writeContinue();
    });
    onRequest(request, response);
  };

  const makeServer = (): Server => {
    const server = createServer({
      keepAliveTimeout: times.idle,
      headersTimeout: times.headers,
      requestTimeout: times.request,
      connectionsCheckingInterval: times.look,
      // A missing Host is answered by the handler, in words.
      requireHostHeader: false,
      noDelay: true,
    });
    // Those above `connections` are told so; above twice as many nobody is.
    server.maxConnections = 2 * most;
    // A client that sends its request and closes its side still waits for the answer: without this it gets none, and a
    // report that counts would be sent again. The property has no type (node:http, Server).
    Object.assign(server, { httpAllowHalfOpen: true });
    server
      .on('connection', connections.opened)
      .on('request', onRequest)
      .on('checkContinue', onContinue)
      .on('checkExpectation', (request, response) => {
        connections.asked(request, response);
        writeReply(request, response, problem('expectation', 'Only "Expect: 100-continue" is known.', { close: true }));
      })
      .on('connect', (_request, socket) =>
        connections.broken(socket, problem('method', 'This is no proxy.', { close: true })),
      )
      .on('clientError', (error, socket) => connections.broken(socket, faultReply(error)));
    servers.add(server);
    return server;
  };

  return {
    makeServer,
    connections: connections.count,
    waiting: connections.waiting,
    /** From now on every answer ends its connection. */
    closeAfterAnswers: (): void => {
      closing = true;
    },
    /** Whether such an answer has ended a connection that its client would have kept. */
    hasDismissed: (): boolean => dismissed,
    /** Ends all listening. Answers under way are written first, for at most `grace`. */
    stop: async (grace: Millis): Promise<void> => {
      closing = true;
      const closed = [...servers].map((server) => new Promise((resolve) => server.close(resolve)));
      const timer = setTimeout(() => {
        for (const server of servers) server.closeAllConnections();
      }, grace);
      await Promise.all(closed);
      clearTimeout(timer);
    },
  };
};

export type Web = ReturnType<typeof makeWeb>;
