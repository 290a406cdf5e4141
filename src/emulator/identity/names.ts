import type { Resource } from '../rules/caller.ts';
import type { World } from '../rules/world.ts';

/** The account that is meant where none is named: the world's first. */
export const accountOf = (world: World): string => Object.keys(world.accounts)[0] ?? '111122223333';

export const partitionOf = (region: string | undefined): string => {
  if (region?.startsWith('us-gov-')) return 'aws-us-gov';
  if (region?.startsWith('cn-')) return 'aws-cn';
  if (region?.startsWith('eusc-')) return 'aws-eusc';
  return 'aws';
};

export const roleArn = ({ account, region, role }: Pick<Resource, 'account' | 'region' | 'role'>): string =>
  `arn:${partitionOf(region)}:iam::${account}:role/${role}`;

/** The issuer of an EKS cluster's tokens (EKS user guide, "IAM roles for service accounts"). */
export const issuerOf = (world: World, region: string): string =>
  `https://oidc.eks.${region}.amazonaws.com/id/${world.clusters.eks.id}`;

/** The Region that an issuer of ours names, or undefined. */
export const regionOfIssuer = (world: World, issuer: string): string | undefined => {
  const region = /^https:\/\/oidc\.eks\.([a-z0-9-]+)\.amazonaws\.com\/id\//.exec(issuer)?.[1];
  return region !== undefined && issuerOf(world, region) === issuer ? region : undefined;
};
