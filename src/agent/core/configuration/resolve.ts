import type { Config, Dimension, PublicKey } from './config.ts';
import { handOverWarnings, standbyWarnings } from './handOver.ts';
import type { Settings } from './schema/schema.ts';
import { STARTER_CODE } from './starterCode.ts';

type Choices = Pick<Config['metering'], 'onDoubt' | 'onConflict' | 'onAdopt'>;

/** What a policy says of each case in which it is not certain what AWS holds. */
const POLICIES = {
  careful: { onDoubt: 'quarantine', onConflict: 'move', onAdopt: 'quarantine' },
  complete: { onDoubt: 'move', onConflict: 'move', onAdopt: 'retry' },
} as const satisfies Record<Settings['metering']['policy'], Choices>;

const dimensionOf = ([name, written]: readonly [string, Settings['dimensions'][string]]): Dimension => {
  const { scope, maxPerHour, rounding, within, ...rest } = written;
  return {
    name,
    ...rest,
    rounding: rounding ?? 'down',
    ...(scope === undefined ? {} : { scope }),
    ...(written.meter === 'unique' ? { within: within ?? 'hour' } : {}),
    ...(maxPerHour === undefined ? {} : { maxPerHour }),
  };
};

export type Surroundings = {
  /** Whether the place that the file was found in seals it, when it does not say. */
  readonly sealedByPlace: boolean;
  readonly publicKeys: readonly PublicKey[];
  readonly origins: Config['origins'];
  readonly warnings: Config['warnings'];
};

const ANY_ENDPOINT =
  'endpoints: any in a sealed configuration: whoever sets the environment can name another service as AWS and run the product unpaid. Use it for tests only';

const STILL_THE_STARTER = `product.code: ${STARTER_CODE} stands for the code of your listing: AWS will refuse it`;

/** Settings without findings, as the agent uses them. */
export const resolve = (settings: Settings, { sealedByPlace, publicKeys, origins, warnings }: Surroundings): Config => {
  const { product, dimensions, door, health, standby, metering } = settings;
  const { policy, onDoubt, onConflict, onAdopt, ...rest } = metering;
  const standard = POLICIES[policy];
  const sealed = settings.sealed ?? sealedByPlace;
  const endpoints = settings.endpoints ?? (sealed ? 'aws' : 'any');
  return {
    product: {
      code: product.code,
      ...(product.id === null ? {} : { id: product.id }),
      pricing: product.pricing,
      publicKeys: publicKeys.toSorted((one, other) => other.version - one.version),
      extraRegions: product.extraRegions,
    },
    dimensions: Object.entries(dimensions).map(dimensionOf),
    sealed,
    platform: settings.platform,
    endpoints,
    door: {
      listen: door.listen,
      connections: door.connections,
      socket: { mode: door.socketMode, ...(door.socketGroup === null ? {} : { group: door.socketGroup }) },
      ...(door.tokenFile === null ? {} : { tokenFile: door.tokenFile }),
    },
    health:
      health.listen === undefined ? {} : health.listen === null ? { explicitlyOff: true } : { listen: health.listen },
    ledger: settings.ledger,
    gate: settings.gate,
    standby: {
      duration: standby.duration,
      serviceAccount: standby.serviceAccount,
      ...(standby.lease === null ? {} : { lease: standby.lease }),
      ...(standby.namespace === null ? {} : { namespace: standby.namespace }),
    },
    metering: {
      ...rest,
      onDoubt: onDoubt ?? standard.onDoubt,
      onConflict: onConflict ?? standard.onConflict,
      onAdopt: onAdopt ?? standard.onAdopt,
    },
    shutdown: settings.shutdown,
    log: settings.log,
    buyerMay: settings.buyerMay,
    origins,
    warnings: [
      ...warnings,
      ...(sealed && endpoints === 'any' ? [ANY_ENDPOINT] : []),
      ...(product.code === STARTER_CODE ? [STILL_THE_STARTER] : []),
      ...handOverWarnings(settings),
      ...standbyWarnings(settings),
    ],
  };
};
