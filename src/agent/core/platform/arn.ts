import { isRegionName } from './dns.ts';

/** What an ECS task's ARN says, in the old form (`task/<id>`) and the new (`task/<cluster>/<id>`), in every partition. */
export type TaskArn = {
  readonly arn: string;
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly cluster: string | undefined;
};

const TASK = /^arn:(aws[a-z-]*):ecs:([a-z0-9-]+):(\d{12}):task\/(?:([^/\s]+)\/)?([0-9a-zA-Z-]+)$/;

/** Reads a task's ARN; undefined when the text is none. */
export const parseTaskArn = (arn: string): TaskArn | undefined => {
  const match = TASK.exec(arn);
  if (match === null) return undefined;
  const [, partition = '', region = '', account = '', cluster] = match;
  return isRegionName(region) ? { arn, partition, region, account, cluster } : undefined;
};

const CLUSTER = /^arn:aws[a-z-]*:ecs:[a-z0-9-]+:\d{12}:cluster\/([^/\s]+)$/;

/** The name of a cluster that task metadata gives as a name or as an ARN (task metadata endpoint version 4). */
export const clusterName = (cluster: string): string => CLUSTER.exec(cluster)?.[1] ?? cluster;

export type RoleArn = { readonly arn: string; readonly partition: string; readonly account: string };

const ROLE = /^arn:(aws[a-z-]*):iam::(\d{12}):role\/[\w+=,.@/-]+$/;

/** Reads an IAM role's ARN; undefined when the text is none. */
export const parseRoleArn = (arn: string): RoleArn | undefined => {
  const match = ROLE.exec(arn);
  return match === null ? undefined : { arn, partition: match[1] ?? '', account: match[2] ?? '' };
};
