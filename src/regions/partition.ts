/** A part of AWS that shares no accounts with the others; a Region's name tells which one it belongs to. */
export type Partition =
  | 'aws'
  | 'aws-us-gov'
  | 'aws-cn'
  | 'aws-iso'
  | 'aws-iso-b'
  | 'aws-iso-e'
  | 'aws-iso-f'
  | 'aws-eusc';

/** How the names of a partition's Regions begin (partition list of the AWS SDKs, seen 2026-11-23). */
const PREFIXES = [
  ['us-gov-', 'aws-us-gov'],
  ['cn-', 'aws-cn'],
  ['us-iso-', 'aws-iso'],
  ['us-isob-', 'aws-iso-b'],
  ['eu-isoe-', 'aws-iso-e'],
  ['us-isof-', 'aws-iso-f'],
  ['eusc-', 'aws-eusc'],
] as const satisfies readonly (readonly [string, Partition])[];

/** The partition of a Region's name. Whatever no other partition claims is commercial, whether it exists or not. */
export const partitionOf = (region: string): Partition =>
  PREFIXES.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws';
