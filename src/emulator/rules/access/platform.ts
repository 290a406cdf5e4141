import { error, type Refusal } from '../answer.ts';
import type { Caller, Resource, Source } from '../caller.ts';
import type { Product } from '../world.ts';

export type UsageOperation = 'RegisterUsage' | 'MeterUsage';

/** The text that users report, AWS SDK for C++, issue 1538. */
const notATask = (operation: UsageOperation): Refusal =>
  error(
    'PlatformNotSupportedException',
    `The ${operation} operation can be called only from within an Amazon ECS task or an Amazon EKS pod.`,
  );

/**
 * Whose credentials lead to a resource that AWS meters
 * (API reference, MeterUsage; user guide, "Container metering with RegisterUsage"):
 * the task role, IRSA, the EC2 role. Not Pod Identity, the node's role, access keys.
 * Not stated, assumed: a role assumed from the task's or pod's role loses the link.
 */
const METERED: Readonly<Record<Source, boolean>> = {
  taskRole: true,
  irsa: true,
  instanceRole: true,
  nodeRole: false,
  podIdentity: false,
  chainedRole: false,
  accessKey: false,
};

/**
 * An instance may meter only the product that its AMI carries (user guide, "AMI: custom metering").
 * The error's name is not stated; assumed: the same as for any other wrong platform.
 */
const instanceMay = (
  resource: Resource,
  operation: UsageOperation,
  code: string,
  product: Product | undefined,
): boolean =>
  operation === 'MeterUsage' &&
  resource.product === code &&
  (product === undefined || product.delivery.includes('ami'));

/**
 * MeterUsage's list of errors does not have PlatformNotSupportedException, yet the user guide ("Billing integration for
 * container products") says that a local run gets it for either call: followed here.
 */
export const checkPlatform = (
  caller: Caller,
  operation: UsageOperation,
  code: string,
  product: Product | undefined,
): Refusal | undefined => {
  const { resource } = caller;
  if (resource === undefined || !METERED[caller.source]) return notATask(operation);
  if (resource.kind === 'ec2') return instanceMay(resource, operation, code, product) ? undefined : notATask(operation);
  return undefined;
};
