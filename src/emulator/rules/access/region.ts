import { error, type Refusal } from '../answer.ts';
import type { ResourceKind } from '../caller.ts';
import type { Regions } from '../world.ts';
import type { UsageOperation } from './platform.ts';

/**
 * Containers: 17 Regions; instances: 28 and GovCloud (API reference, "Metering Regions"). What AWS answers elsewhere
 * is stated for RegisterUsage only; assumed: MeterUsage says the same.
 */
export const checkEnabled = (regions: Regions, kind: ResourceKind, region: string): Refusal | undefined =>
  (kind === 'ec2' ? regions.ami : regions.container).includes(region)
    ? undefined
    : error('DisabledApiException', `The API is disabled in the Region ${region}.`);

/** The endpoint called must be in the resource's own Region; the two operations name the error differently (API reference). */
export const checkRegion = (operation: UsageOperation, endpoint: string, resource: string): Refusal | undefined => {
  if (endpoint === resource) return undefined;
  return operation === 'RegisterUsage'
    ? error(
        'InvalidRegionException',
        `RegisterUsage must be called in the same AWS Region the ECS task was launched in: the endpoint is in ${endpoint}, the resource in ${resource}.`,
      )
    : error(
        'InvalidEndpointRegionException',
        `The Region of the Metering Service endpoint (${endpoint}) and the AWS Region of the resource (${resource}) must match.`,
      );
};
