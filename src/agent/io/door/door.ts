import type { IncomingMessage } from 'node:http';
import type { Listen, SocketAccess } from '../../core/configuration/config.ts';
import { format, isLoopback } from '../../core/configuration/values/listen.ts';
import { strangerOf, tokenCheck } from '../../core/door/guard.ts';
import { json, problem } from '../../core/door/reply.ts';
import { entitlementReply } from '../../core/door/verdictReply.ts';
import { TollgateError } from '../../core/errors.ts';
import { EXIT } from '../../core/exitCode.ts';
import type { Verdict } from '../../core/gate/verdict.ts';
import type { Quiet } from '../../core/sending/drain.ts';
import { type Instant, type Millis, SECOND } from '../../core/time/hour.ts';
import type { Meter } from '../../core/usage/kinds.ts';
import type { Log } from '../../ports.ts';
import { listenOn } from './listen.ts';
import type { Address } from './listenTcp.ts';
import { makeUsage, type Take } from './usage.ts';
import { type Handler, makeWeb, pathOf, TIMES, type Times } from './web.ts';

/** What stands behind the door. */
export type DoorHandlers = {
  readonly take: Take;
  readonly verdict: () => Verdict;
  /** Whether the product may run, or once might in this process. */
  readonly started: () => boolean;
  /** The status, as core/status.ts describes it. */
  readonly status: () => Promise<object>;
  /** Goes out as `Tollgate-Ledger`; undefined as long as no ledger is open. */
  readonly ledgerId: () => string | undefined;
  /** The wall clock. */
  readonly now: () => Instant;
  /** Milliseconds from any origin that nobody can set: how long the door has been silent is counted by it. */
  readonly monotonic: () => Millis;
  /** The configured dimensions by their API names, and how each is metered. */
  readonly dimensions: ReadonlyMap<string, Meter>;
  /** How far back reports are taken at this moment. */
  readonly dedupeWindow: () => Millis;
};

export type DoorOptions = {
  readonly listen: Listen;
  /** Who may use a unix socket; its owner and group unless said. */
  readonly socket?: SocketAccess;
  readonly connections: number;
  /** Wanted of every request; needed beyond loopback. */
  readonly token?: string;
  readonly handlers: DoorHandlers;
  readonly log: Log;
};

/** Answers under way have so long once the door stops. */
const LAST_ANSWERS: Millis = 2 * SECOND;

type Route = Readonly<Partial<Record<'GET' | 'POST', Handler>>>;

const checkToken = ({ listen, token }: DoorOptions): void => {
  if (isLoopback(listen) || token !== undefined) return;
  throw new TollgateError(
    'door_token',
    `door.listen ${format(listen)} is reachable from other machines without a token`,
    {
      exitCode: EXIT.configuration,
      remedy: 'name a file with a secret in door.tokenFile, or listen on 127.0.0.1 or a unix socket',
    },
  );
};

/**
 * Where usage reports come in.
 *
 *   socket ──▶ limits ──▶ who asks (Host, Origin, proxies, token) ──▶ route ──▶ reports ──▶ take ──▶ answer
 *
 * `start` throws a TollgateError (78) when it cannot listen. `closeAfterAnswers` ends every connection with its next answer;
 * `drain` does, and refuses reports from then on (503). `stop` writes the answers under way and ends all.
 */
export const makeDoor = (options: DoorOptions, times: Times = TIMES) => {
  const { listen, handlers, log } = options;
  checkToken(options);
  const tokenFault = tokenCheck(options.token);
  let draining = false;
  let address: Address | undefined;
  let lastRequest = handlers.monotonic();

  const routes: Readonly<Record<string, Route>> = {
    '/v1/usage': {
      POST: makeUsage({
        take: handlers.take,
        rules: () => ({ now: handlers.now(), dimensions: handlers.dimensions, window: handlers.dedupeWindow() }),
        isDraining: () => draining,
        log,
      }),
    },
    '/v1/entitlement': { GET: () => entitlementReply(handlers.verdict(), handlers.started()) },
    '/v1/status': { GET: async () => json(200, await handlers.status()) },
    // Loads zod, so only when somebody asks.
    '/openapi.json': { GET: async () => json(200, (await import('../../core/door/openApi.ts')).openApi()) },
  };

  /** Undefined where no page in a browser can get through by another name: a socket, and a door that asks for its token. */
  const ownNames = ({ socket }: IncomingMessage): readonly string[] | undefined => {
    if (listen.kind === 'unix' || !isLoopback(listen)) return undefined;
    const local = socket.localAddress?.replace(/^::ffff:/, '') ?? '';
    return [listen.host.toLowerCase(), local.includes(':') ? `[${local}]` : local];
  };

  const answer: Handler = (request) => {
    const refused = strangerOf(request.headers, ownNames(request)) ?? tokenFault(request.headers);
    if (refused !== undefined) return refused;
    const path = pathOf(request);
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (route === undefined) return problem('unknown', `Known are ${Object.keys(routes).join(', ')}.`);
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const handler = method === 'GET' || method === 'POST' ? route[method] : undefined;
    if (handler !== undefined) return handler(request);
    const allowed = route.GET === undefined ? 'POST' : 'GET, HEAD';
    return problem('method', `${path} takes ${allowed}.`, { headers: { Allow: allowed } });
  };

  const web = makeWeb({
    connections: options.connections,
    times,
    log,
    handle: async (request) => {
      lastRequest = handlers.monotonic();
      const reply = await answer(request);
      const id = handlers.ledgerId();
      return id === undefined ? reply : { ...reply, headers: { ...reply.headers, 'Tollgate-Ledger': id } };
    },
  });

  return {
    start: async (): Promise<Address> => {
      address = await listenOn('door', listen, web.makeServer, { log, socket: options.socket });
      return address;
    },
    /** Undefined until started. */
    address: (): Address | undefined => address,
    closeAfterAnswers: web.closeAfterAnswers,
    drain: (): void => {
      draining = true;
      web.closeAfterAnswers();
    },
    stop: (): Promise<void> => {
      draining = true;
      return web.stop(LAST_ANSWERS);
    },
    /** How it is used: `silent` counts from the last request (or the making of the door), and is 0 while one is being answered. */
    idleFor: (): Quiet => ({
      silent: web.waiting() > 0 ? 0 : handlers.monotonic() - lastRequest,
      connections: web.connections(),
      dismissed: web.hasDismissed(),
    }),
  };
};

export type Door = ReturnType<typeof makeDoor>;
