import type { Partition } from '../../../regions/index.ts';

/** Where a partition's services live: the suffix of their host names, and of the dual-stack ones where AWS has them. */
export type Dns = { readonly suffix: string; readonly dualStackSuffix?: string };

/** The DNS suffixes of each partition (partition list of the AWS SDKs, seen 2026-11-24). */
const DNS: Readonly<Record<Partition, Dns>> = {
  aws: { suffix: 'amazonaws.com', dualStackSuffix: 'api.aws' },
  'aws-us-gov': { suffix: 'amazonaws.com', dualStackSuffix: 'api.aws' },
  'aws-cn': { suffix: 'amazonaws.com.cn', dualStackSuffix: 'api.amazonwebservices.com.cn' },
  'aws-eusc': { suffix: 'amazonaws.eu' },
  'aws-iso': { suffix: 'c2s.ic.gov' },
  'aws-iso-b': { suffix: 'sc2s.sgov.gov' },
  'aws-iso-e': { suffix: 'cloud.adc-e.uk' },
  'aws-iso-f': { suffix: 'csp.hci.ic.gov' },
};

/** Everything that may stand behind the name of a service of AWS. */
export const DNS_SUFFIXES: readonly string[] = Object.values(DNS).flatMap(({ suffix, dualStackSuffix }) =>
  dualStackSuffix === undefined ? [suffix] : [suffix, dualStackSuffix],
);

export const dnsOf = (partition: Partition): Dns => DNS[partition];

const REGION = /^[a-z]{2,}(?:-[a-z]+)+-\d+$/;

/** Whether a text is shaped like the name of a Region in any partition. */
export const isRegionName = (text: string): boolean => REGION.test(text);
