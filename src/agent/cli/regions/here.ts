import { decide, type Operation, type Platform, type Ruling } from '../../../regions/index.ts';
import type { Environment } from '../../core/configuration/layers/environment.ts';

/** A thing that was found in the environment, and the variable that it was found by. */
type Told<T> = { readonly name: T; readonly source: string };

/** What can be told of this place from the environment alone, and what the table says of it. */
export type Here = {
  readonly platform: Told<Platform>;
  readonly region: Told<string> | undefined;
  /** Why the Region cannot be told. */
  readonly trouble: string | undefined;
  readonly rulings: readonly (Ruling & { readonly operation: Operation })[];
};

/** A light guess; the agent itself looks closer. */
const platformOf = (environment: Environment): Told<Platform> => {
  if (environment['ECS_CONTAINER_METADATA_URI_V4']) return { name: 'ecs', source: 'ECS_CONTAINER_METADATA_URI_V4' };
  if (environment['KUBERNETES_SERVICE_HOST']) return { name: 'eks', source: 'KUBERNETES_SERVICE_HOST' };
  return { name: 'ec2', source: 'neither ECS_CONTAINER_METADATA_URI_V4 nor KUBERNETES_SERVICE_HOST is set' };
};

const regionOf = (environment: Environment): Pick<Here, 'region' | 'trouble'> => {
  const [first, second] = ['AWS_REGION', 'AWS_DEFAULT_REGION'].flatMap((source) => {
    const name = environment[source]?.trim() ?? '';
    return name === '' ? [] : [{ name, source }];
  });
  if (first === undefined)
    return { region: undefined, trouble: 'neither AWS_REGION nor AWS_DEFAULT_REGION says which Region this is' };
  if (second !== undefined && second.name !== first.name)
    return {
      region: undefined,
      trouble: `${first.source} says ${JSON.stringify(first.name)} and ${second.source} says ${JSON.stringify(second.name)}`,
    };
  return { region: first, trouble: undefined };
};

const operationsOf = (pricing: string | undefined): readonly Operation[] => {
  if (pricing === undefined || pricing === 'byol' || pricing === 'free') return ['RegisterUsage', 'MeterUsage'];
  return pricing === 'usage' ? ['MeterUsage'] : ['RegisterUsage'];
};

/** What the table decides for the place that this environment describes; for both operations when the pricing is not known. */
export const hereIn = (
  environment: Environment,
  product: { readonly pricing: string; readonly extraRegions: readonly string[] } | undefined,
): Here => {
  const platform = platformOf(environment);
  const { region, trouble } = regionOf(environment);
  const rulings =
    region === undefined
      ? []
      : operationsOf(product?.pricing).map((operation) => ({
          operation,
          ...decide({
            operation,
            platform: platform.name,
            pricing: product?.pricing ?? 'usage',
            region: region.name,
            ...(product === undefined ? {} : { extraRegions: product.extraRegions }),
          }),
        }));
  return { platform, region, trouble, rulings };
};
