/** Lists of Regions as AWS's pages give them. The table says where each was read, and when. */

/** Where containers may be metered and registered: one list for ECS and EKS. */
export const CONTAINERS_17 = [
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
  'ca-central-1',
  'sa-east-1',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'eu-central-1',
  'eu-north-1',
  'ap-east-1',
  'ap-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'ap-northeast-1',
  'ap-northeast-2',
] as const;

/** Where MeterUsage has an endpoint that instances may use, and containers are not listed. */
export const INSTANCES_ONLY_11 = [
  'af-south-1',
  'ap-northeast-3',
  'ap-south-2',
  'ap-southeast-3',
  'ap-southeast-4',
  'eu-central-2',
  'eu-south-1',
  'eu-south-2',
  'il-central-1',
  'me-central-1',
  'me-south-1',
] as const;

/** Where software on EC2 instances (AMI products) may be metered. */
export const INSTANCES_28: readonly string[] = [...CONTAINERS_17, ...INSTANCES_ONLY_11];

export const GOVCLOUD = ['us-gov-east-1', 'us-gov-west-1'] as const;

export const AGENTCORE = ['us-east-1'] as const;

/** Commercial Regions that exist and for which no metering endpoint is known. */
export const WITHOUT_METERING = [
  'ca-west-1',
  'mx-central-1',
  'ap-east-2',
  'ap-southeast-5',
  'ap-southeast-6',
  'ap-southeast-7',
] as const;
