import type { Listen } from '../../core/configuration/config.ts';
import { problem, type Reply } from '../../core/door/reply.ts';
import { probeReply } from '../../core/door/verdictReply.ts';
import type { Verdict } from '../../core/gate/verdict.ts';
import { type Millis, SECOND } from '../../core/time/hour.ts';
import type { Log } from '../../ports.ts';
import { listenOn } from './listen.ts';
import { makeWeb, pathOf, TIMES } from './web.ts';

export type HealthHandlers = {
  readonly verdict: () => Verdict;
  /** Whether the product may run, or once might in this process. */
  readonly started: () => boolean;
  /** Why reports should not come here: `metering.whenFailing`, or another replica leads. Undefined when they should. */
  readonly notReady: () => string | undefined;
  /** The metrics, as Prometheus text. */
  readonly metrics: () => Promise<string>;
};

/** Probes and scrapers are few and come anew each time. */
const CONNECTIONS = 64;
const LAST_ANSWERS: Millis = SECOND;

const PROMETHEUS = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * The listener for probes and scrapers: no token, any Host (a kubelet calls the pod by its address), nothing to write and
 * no usage in it. `/startz`, `/readyz`, `/healthz`, `/metrics`. `start` throws a TollgateError (78) when it cannot listen.
 */
export const makeHealth = ({
  listen,
  handlers,
  log,
}: {
  readonly listen: Listen;
  readonly handlers: HealthHandlers;
  readonly log: Log;
}) => {
  const { verdict, started, notReady } = handlers;
  const routes: Readonly<Record<string, () => Reply | Promise<Reply>>> = {
    '/startz': () => probeReply(verdict(), started(), started()),
    '/readyz': () => {
      const why = notReady();
      return probeReply(verdict(), started(), started() && why === undefined, started() ? why : undefined);
    },
    '/healthz': () => probeReply(verdict(), started(), true),
    '/metrics': async () => ({ status: 200, type: PROMETHEUS, body: await handlers.metrics() }),
  };

  const web = makeWeb({
    connections: CONNECTIONS,
    times: TIMES,
    log,
    handle: (request) => {
      const path = pathOf(request);
      const answer = Object.hasOwn(routes, path) ? routes[path] : undefined;
      if (answer === undefined) return problem('unknown', `Known are ${Object.keys(routes).join(', ')}.`);
      if (request.method === 'GET' || request.method === 'HEAD') return answer();
      return problem('method', `${path} takes GET, HEAD.`, { headers: { Allow: 'GET, HEAD' } });
    },
  });

  return {
    start: () => listenOn('health', listen, web.makeServer, { log }),
    stop: (): Promise<void> => web.stop(LAST_ANSWERS),
  };
};

export type Health = ReturnType<typeof makeHealth>;
