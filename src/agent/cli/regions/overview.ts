import {
  type Decision,
  decide,
  KNOWN_REGIONS,
  type Operation,
  type Partition,
  type Platform,
  partitionOf,
} from '../../../regions/index.ts';

export type Cell = {
  readonly operation: Operation;
  readonly platform: Platform;
  readonly decision: Decision;
  readonly row: string;
};
export type Line = { readonly region: string; readonly partition: Partition; readonly cells: readonly Cell[] };

/** What is asked of every Region. */
export const QUESTIONS = [
  { operation: 'RegisterUsage', platform: 'ecs' },
  { operation: 'RegisterUsage', platform: 'eks' },
  { operation: 'MeterUsage', platform: 'ecs' },
  { operation: 'MeterUsage', platform: 'eks' },
  { operation: 'MeterUsage', platform: 'ec2' },
  { operation: 'MeterUsage', platform: 'agentcore' },
] as const satisfies readonly { operation: Operation; platform: Platform }[];

/** One Region for each partition that is refused as a whole. */
const OTHER_PARTITIONS = [
  'cn-north-1',
  'cn-northwest-1',
  'us-iso-east-1',
  'us-isob-east-1',
  'eu-isoe-west-1',
  'us-isof-south-1',
  'eusc-de-east-1',
];

/** The table, Region by Region. */
export const overview = (): readonly Line[] =>
  [...KNOWN_REGIONS, ...OTHER_PARTITIONS].map((region) => ({
    region,
    partition: partitionOf(region),
    cells: QUESTIONS.map((question) => {
      const { decision, row } = decide({ ...question, pricing: 'usage', region });
      return { ...question, decision, row };
    }),
  }));
