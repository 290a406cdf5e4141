import { AGENTCORE, CONTAINERS_17, GOVCLOUD, INSTANCES_28, INSTANCES_ONLY_11, WITHOUT_METERING } from './lists.ts';
import type { Partition } from './partition.ts';

export type Operation = 'RegisterUsage' | 'MeterUsage';
export type Platform = 'ecs' | 'eks' | 'ec2' | 'agentcore';
export type Decision = 'supported' | 'unlisted' | 'refused';

/** One thing that AWS says of some Regions. Where `operations`, `platforms` or a place is absent, the row holds for all. */
export type Row = {
  /** Stands in status, logs and messages; never changes. */
  readonly id: string;
  readonly operations?: readonly Operation[];
  readonly platforms?: readonly Platform[];
  readonly regions?: readonly string[];
  readonly partitions?: readonly Partition[];
  readonly decision: Decision;
  readonly reason: string;
  readonly remedy?: string;
  /** The page it was read on, by AWS's title. */
  readonly source: string;
  /** The day it was read, ISO 8601. */
  readonly seen: string;
};

const REGIONS_PAGE = 'AWS Marketplace API reference, "Metering Regions"';
const WELCOME_PAGE = 'AWS Marketplace Metering API reference, "Welcome"';
const REGISTER_PAGE = 'AWS Marketplace API reference, RegisterUsage';
const ENDPOINTS = 'endpoint list of the AWS SDKs, metering.marketplace';
const SEEN = '2026-11-23';

const CONTAINERS = ['ecs', 'eks'] as const;
const ISOLATED = ['aws-iso', 'aws-iso-b', 'aws-iso-e', 'aws-iso-f'] as const;

const ELSEWHERE =
  'Run the product in one of the 17 Regions that "tollgate regions" prints, or let the vendor ask AWS Marketplace Seller Operations to open this Region and add it to product.extraRegions.';
const COMMERCIAL = 'Run the product in a commercial Region of the 17 that "tollgate regions" prints.';

/** The first row that fits decides. */
export const TABLE: readonly Row[] = [
  {
    id: 'register-containers-only',
    operations: ['RegisterUsage'],
    platforms: ['ec2', 'agentcore'],
    decision: 'refused',
    reason: 'RegisterUsage is for ECS tasks and EKS pods only',
    remedy: 'Sell by usage (pricing: usage) on this platform, or run the product as an ECS task or EKS pod.',
    source: REGISTER_PAGE,
    seen: SEEN,
  },
  {
    id: 'register-17',
    operations: ['RegisterUsage'],
    platforms: CONTAINERS,
    regions: CONTAINERS_17,
    decision: 'supported',
    reason: 'one of the 17 Regions that have RegisterUsage',
    source: REGIONS_PAGE,
    seen: SEEN,
  },
  {
    id: 'eks-17',
    operations: ['MeterUsage'],
    platforms: ['eks'],
    regions: CONTAINERS_17,
    decision: 'supported',
    reason: 'one of the 17 Regions that have MeterUsage on EKS',
    source: REGIONS_PAGE,
    seen: SEEN,
  },
  {
    id: 'ecs-17',
    operations: ['MeterUsage'],
    platforms: ['ecs'],
    regions: CONTAINERS_17,
    decision: 'supported',
    reason: 'one of the 17 Regions that have MeterUsage on ECS',
    source: REGIONS_PAGE,
    seen: SEEN,
  },
  {
    id: 'ecs-11',
    operations: ['MeterUsage'],
    platforms: ['ecs'],
    regions: INSTANCES_ONLY_11,
    decision: 'unlisted',
    reason:
      'AWS\'s pages disagree: "Welcome" gives MeterUsage on ECS to every Region that has it but GovCloud, "Metering Regions" to 17 without this one',
    remedy: 'Test one task here before selling, or use one of the 17 Regions that "tollgate regions" prints.',
    source: `${WELCOME_PAGE}; ${REGIONS_PAGE}`,
    seen: SEEN,
  },
  {
    id: 'eks-11',
    operations: ['MeterUsage'],
    platforms: ['eks'],
    regions: INSTANCES_ONLY_11,
    decision: 'refused',
    reason: 'MeterUsage has an endpoint here, but AWS lists it for EC2 instances only, not for EKS',
    remedy: ELSEWHERE,
    source: REGIONS_PAGE,
    seen: SEEN,
  },
  {
    id: 'register-11',
    operations: ['RegisterUsage'],
    platforms: CONTAINERS,
    regions: INSTANCES_ONLY_11,
    decision: 'refused',
    reason: 'AWS lists metering here for EC2 instances only, and RegisterUsage not at all',
    remedy: ELSEWHERE,
    source: REGIONS_PAGE,
    seen: SEEN,
  },
  {
    id: 'ami-28',
    operations: ['MeterUsage'],
    platforms: ['ec2'],
    regions: INSTANCES_28,
    decision: 'supported',
    reason: 'one of the 28 commercial Regions that have MeterUsage on EC2',
    source: REGIONS_PAGE,
    seen: SEEN,
  },
  {
    id: 'agentcore',
    operations: ['MeterUsage'],
    platforms: ['agentcore'],
    regions: AGENTCORE,
    decision: 'supported',
    reason: 'the one Region that has MeterUsage on Bedrock AgentCore',
    source: REGIONS_PAGE,
    seen: SEEN,
  },
  {
    id: 'govcloud-ami',
    operations: ['MeterUsage'],
    platforms: ['ec2'],
    regions: GOVCLOUD,
    decision: 'supported',
    reason: 'MeterUsage on EC2 is in GovCloud too',
    source: REGIONS_PAGE,
    seen: SEEN,
  },
  {
    id: 'govcloud-containers',
    platforms: [...CONTAINERS, 'agentcore'],
    partitions: ['aws-us-gov'],
    decision: 'refused',
    reason: 'AWS states that containers cannot be metered or registered in GovCloud',
    remedy: `${COMMERCIAL} In GovCloud only AMI products priced by usage can be metered.`,
    source: REGIONS_PAGE,
    seen: SEEN,
  },
  {
    id: 'china',
    partitions: ['aws-cn'],
    decision: 'refused',
    reason: 'neither RegisterUsage nor MeterUsage is in the China Regions: their endpoint serves SaaS products only',
    remedy: COMMERCIAL,
    source: `${REGIONS_PAGE}; ${ENDPOINTS}`,
    seen: SEEN,
  },
  {
    id: 'isolated',
    partitions: ISOLATED,
    decision: 'refused',
    reason: 'AWS lists no container or AMI metering for the isolated partitions',
    remedy: COMMERCIAL,
    source: `${REGIONS_PAGE}; ${ENDPOINTS}`,
    seen: SEEN,
  },
  {
    id: 'sovereign',
    partitions: ['aws-eusc'],
    decision: 'refused',
    reason: 'AWS lists no container or AMI metering for the European Sovereign Cloud, though an endpoint exists',
    remedy: COMMERCIAL,
    source: `${REGIONS_PAGE}; ${ENDPOINTS}`,
    seen: SEEN,
  },
  {
    id: 'agentcore-elsewhere',
    platforms: ['agentcore'],
    regions: [...INSTANCES_28, ...WITHOUT_METERING],
    decision: 'refused',
    reason: 'MeterUsage on Bedrock AgentCore is in us-east-1 only',
    remedy: 'Run the product in us-east-1.',
    source: REGIONS_PAGE,
    seen: SEEN,
  },
  {
    id: 'without-metering',
    regions: WITHOUT_METERING,
    decision: 'refused',
    reason: 'AWS Marketplace metering is not in this Region: no page lists it and no endpoint is known',
    remedy: ELSEWHERE,
    source: `${REGIONS_PAGE}; ${ENDPOINTS}`,
    seen: SEEN,
  },
];
