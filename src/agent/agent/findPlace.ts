import type { Config } from '../core/configuration/config.ts';
import { TollgateError } from '../core/errors.ts';
import { EXIT } from '../core/exitCode.ts';
import { regionRuling } from '../core/gate/regionRuling.ts';
import { refuseForeignEndpoint } from '../core/platform/endpoint.ts';
import { cleanEnvironment } from '../core/platform/environment.ts';
import type { Whereabouts } from '../core/platform/whereabouts.ts';
import type { Status } from '../core/status.ts';
import { openAws } from '../io/aws/openAws.ts';
import { lookAround } from '../io/aws/platform.ts';
import type { Marketplace } from '../ports.ts';
import { locate } from '../services/locating.ts';
import type { Verdicts } from '../services/verdicts.ts';
import type { Deps } from './deps.ts';

/** Who and where we are, and the way to AWS from there. */
export type Place = {
  readonly whereabouts: Whereabouts;
  readonly marketplace: Marketplace;
  readonly shown: Pick<Status, 'platform' | 'resource' | 'region'>;
  readonly warnings: readonly string[];
};

export type PlaceRequest = {
  readonly config: Config;
  /** This thread's own environment: it is isolated once the way to AWS is open. */
  readonly env: NodeJS.ProcessEnv;
  readonly verdicts: Verdicts;
  readonly signal: AbortSignal;
};

const notAsked = async () => ({ kind: 'trouble', message: 'AWS is not asked here', sent: false }) as const;

/** Stands where nothing is asked of AWS: the wall clock must serve for AWS's time. */
const noAws = ({ wall }: Deps['clock']): Marketplace => ({
  register: notAsked,
  meter: notAsked,
  dryRun: notAsked,
  date: async () => wall(),
  renewCredentials: () => undefined,
});

/** Free and bring-your-own-licence products run anywhere: nothing has to be asked of AWS, so nobody needs to know where. */
const ANYWHERE: Whereabouts = { platform: 'local', resource: 'local', warnings: [] };

/**
 * Platform, Region and credentials are decided here, before any call to AWS. Throws a TollgateError: 76 when this is no
 * place for the product, 69 when the platform stays in trouble, 78 when the environment names an endpoint that is not AWS's.
 */
export const findPlace = async ({ config, env, verdicts, signal }: PlaceRequest, deps: Deps): Promise<Place> => {
  const { log } = deps;
  if (config.platform !== 'local') refuseForeignEndpoint(cleanEnvironment(env).env, config.endpoints);
  const { pricing } = config.product;
  const whereabouts =
    pricing === 'free' || pricing === 'byol'
      ? ANYWHERE
      : await locate({ ...deps, look: () => lookAround(env, config), gate: config.gate, verdicts, signal });
  const warn = (warnings: readonly string[]): void => {
    for (const warning of warnings) log.warn('environment', { warning });
  };
  warn(whereabouts.warnings);
  if (whereabouts.platform === 'local') {
    const shown = { platform: 'local', resource: whereabouts.resource, region: null };
    return { whereabouts, marketplace: noAws(deps.clock), shown, warnings: whereabouts.warnings };
  }
  const { platform, resource, region } = whereabouts;
  if (platform === 'ecs' && config.metering.onShutdown === 'keep') {
    throw new TollgateError(
      'keep_on_ecs',
      'metering.onShutdown: keep leaves the open hour to a successor, but nothing outlives an ECS task',
      {
        remedy: 'set metering.onShutdown: send',
        exitCode: EXIT.configuration,
      },
    );
  }
  const { decision, row, reason } = regionRuling(whereabouts, config.product);
  if (decision === 'unlisted') log.warn('region', { region: region.name, row, reason });
  const { marketplace, route, warnings } = await openAws(
    { whereabouts, endpoints: config.endpoints },
    { ...deps, env },
  );
  warn(warnings);
  log.debug('way to AWS', route);
  const shown = { platform, resource, region: { ...region, decision, row } };
  return { whereabouts, marketplace, shown, warnings: [...whereabouts.warnings, ...warnings] };
};
