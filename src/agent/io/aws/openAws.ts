import http from 'node:http';
import { endpointsOf } from '../../core/platform/endpoint.ts';
import { cleanEnvironment, type Environment } from '../../core/platform/environment.ts';
import { isolateEnvironment } from '../../core/platform/isolate.ts';
import { proxyFor, proxyWarnings, showProxy } from '../../core/platform/proxy.ts';
import type { Located } from '../../core/platform/whereabouts.ts';
import type { Clock, Log, Marketplace } from '../../ports.ts';
import { TIMEOUTS, type Timeouts } from './transport.ts';

/** AWS as one agent uses it. */
export type Aws = {
  readonly marketplace: Marketplace;
  /** For people: where metering is called, and the proxy on the way without its password. */
  readonly route: { readonly metering: string; readonly sts: string | undefined; readonly proxy: string | undefined };
  readonly warnings: readonly string[];
};

/**
 * Makes this thread's environment what the SDK may see. In `exec` that is the worker's own copy, which the product never
 * gets; `run` has nobody to hand its own to.
 */
const isolateThread = (isolated: Environment): void => {
  for (const name of Object.keys(process.env)) if (isolated[name] === undefined) delete process.env[name];
  Object.assign(process.env, isolated);
  // NODE_USE_ENV_PROXY gives Node's own agent a proxy, which cannot reach the credential endpoints beside us.
  http.globalAgent = new http.Agent({ keepAlive: false });
};

type Surroundings = {
  /** The environment as the process was given it: a copy, since the thread's own is changed here. */
  readonly env: Environment;
  readonly clock: Clock;
  readonly log: Log;
  readonly timeouts?: Timeouts;
};

/**
 * Opens the way to AWS: decides the endpoints (a TollgateError, 78, when the environment names one that is not AWS's),
 * isolates the environment of this thread, and only then loads the SDK.
 */
export const openAws = async (
  { whereabouts, endpoints: trust }: { readonly whereabouts: Located; readonly endpoints: 'aws' | 'any' },
  { env, clock, log, timeouts = TIMEOUTS }: Surroundings,
): Promise<Aws> => {
  // White space was told of when the whereabouts were found.
  const cleaned = cleanEnvironment(env).env;
  const { region, partition, credentialSource } = whereabouts;
  const { warnings, ...endpoints } = endpointsOf({
    env: cleaned,
    region: region.name,
    partition,
    trust,
    sts: credentialSource.kind === 'irsa',
  });
  const proxy = proxyFor(new URL(endpoints.metering), cleaned);
  isolateThread(isolateEnvironment(cleaned, whereabouts));
  const { makeMarketplace } = await import('./marketplace.ts');
  const marketplace = makeMarketplace(
    {
      region: region.name,
      endpoints,
      credentialSource,
      lines: { env: cleaned, trust: trust === 'aws' ? 'strict' : 'environment', timeouts },
    },
    { clock, log },
  );
  return {
    marketplace,
    route: { ...endpoints, proxy: proxy === undefined ? undefined : showProxy(proxy) },
    warnings: [...warnings, ...proxyWarnings(cleaned)],
  };
};
