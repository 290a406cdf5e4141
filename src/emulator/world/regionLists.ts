/**
 * Where the Marketplace Metering Service takes usage (AWS Marketplace API reference, "Metering Regions";
 * two stored copies with the same lists, seen 2026-11-23).
 */

/** MeterUsage and RegisterUsage on ECS and EKS. */
export const CONTAINER_REGIONS = [
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
  'eu-west-1',
  'eu-central-1',
  'eu-west-2',
  'eu-west-3',
  'eu-north-1',
  'ap-east-1',
  'ap-southeast-1',
  'ap-northeast-1',
  'ap-southeast-2',
  'ap-northeast-2',
  'ap-south-1',
  'ca-central-1',
  'sa-east-1',
] as const;

/** MeterUsage on EC2: the 17, eleven more, and GovCloud. */
export const AMI_REGIONS = [
  ...CONTAINER_REGIONS,
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
  'us-gov-west-1',
  'us-gov-east-1',
] as const;
