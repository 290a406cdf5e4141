import { partitionOf } from '../../../regions/index.ts';
import type { Config } from '../configuration/config.ts';
import { TollgateError } from '../errors.ts';
import { EXIT } from '../exitCode.ts';
import { clusterName, parseRoleArn, parseTaskArn } from './arn.ts';
import { type Claims, claimsOf } from './claims.ts';
import {
  instanceMetadataOf,
  instanceMetadataWarnings,
  irsaOf,
  strayWarnings,
  type Trust,
  taskRoleOf,
} from './credentialSource.ts';
import type { Evidence, Found } from './evidence.ts';
import { type Recognised, recognise } from './recognise.ts';
import { regionOf } from './region.ts';
import type { Located, Whereabouts } from './whereabouts.ts';

/** What one look came to. `trouble`: the platform does not answer just now; look again later, nothing was refused. */
export type Detected =
  | { readonly kind: 'known'; readonly whereabouts: Whereabouts }
  | { readonly kind: 'trouble'; readonly message: string };

type Settings = { readonly platform: Config['platform']; readonly endpoints: Trust };

const refuse = (code: string, message: string, remedy: string): never => {
  throw new TollgateError(code, message, { remedy, exitCode: EXIT.platform });
};

const fieldOf = (document: unknown, name: string): string | undefined => {
  const value =
    typeof document === 'object' && document !== null ? (document as Record<string, unknown>)[name] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
};

const known = (whereabouts: Whereabouts): Detected => ({ kind: 'known', whereabouts });
const trouble = (message: string): Detected => ({ kind: 'trouble', message });

const LOCAL_REMEDY =
  'to try the product on a laptop set "platform: local" (no AWS, the gate is open), or run it in the emulator: tollgate-emulator task -- <command>';

const ecs = ({ env, task }: Evidence, { endpoints }: Settings): Detected => {
  if (task === undefined) {
    return refuse(
      'ecs_metadata_missing',
      'ECS_CONTAINER_METADATA_URI_V4 is not set, so this is no ECS task, or its agent is too old',
      'use Fargate platform 1.4.0 or later, or an ECS agent of 1.39.0 or later',
    );
  }
  if (task.kind === 'trouble') return trouble(task.why);
  if (task.kind !== 'found') {
    return refuse(
      'ecs_metadata_missing',
      task.why,
      task.kind === 'unusable' ? task.remedy : 'do not set ECS_CONTAINER_METADATA_URI_V4 yourself: ECS sets it',
    );
  }
  const text = fieldOf(task.value, 'TaskARN') ?? '';
  const arn = parseTaskArn(text);
  if (arn === undefined) {
    return refuse(
      'task_arn_invalid',
      `the task metadata gives TaskARN ${JSON.stringify(text)}, which is not the ARN of a task`,
      'do not set ECS_CONTAINER_METADATA_URI_V4 yourself: ECS sets it',
    );
  }
  const region = regionOf(env, { name: arn.region, source: 'the TaskARN of the task metadata' });
  const { source, warnings } = taskRoleOf(env, endpoints);
  const cluster = fieldOf(task.value, 'Cluster');
  return known({
    platform: 'ecs',
    region,
    partition: partitionOf(region.name),
    resource: arn.arn,
    account: arn.account,
    cluster: cluster === undefined ? arn.cluster : clusterName(cluster),
    credentialSource: source,
    warnings,
  });
};

const podOf = (
  { env }: Evidence,
  claims: Claims | undefined,
): { readonly uid: string; readonly warnings: readonly string[] } => {
  const given = env['POD_UID'];
  const uid = claims?.podUid ?? given;
  if (uid === undefined) {
    return refuse(
      'pod_unknown',
      'the web identity token does not name its pod, and POD_UID is not set',
      'set POD_UID in the pod template by the downward API: valueFrom.fieldRef.fieldPath: metadata.uid',
    );
  }
  return {
    uid,
    warnings:
      given !== undefined && given !== uid
        ? [`POD_UID says ${given}, the web identity token says ${uid}: the token is believed`]
        : [],
  };
};

const eks = (evidence: Evidence): Detected => {
  const { env, token } = evidence;
  if (token?.kind === 'trouble') return trouble(token.why);
  if (token?.kind === 'unusable') return refuse('token_unreadable', token.why, token.remedy);
  const claims = token?.kind === 'found' ? claimsOf(token.value) : undefined;
  const { source, warnings } = irsaOf(env, claims);
  const region = regionOf(env, undefined);
  const pod = podOf(evidence, claims);
  return known({
    platform: 'eks',
    region,
    partition: partitionOf(region.name),
    resource: pod.uid,
    account: source.kind === 'irsa' ? parseRoleArn(source.roleArn)?.account : undefined,
    cluster: undefined,
    credentialSource: source,
    warnings: [...warnings, ...pod.warnings],
  });
};

const ec2 = ({ env }: Evidence, document: unknown, { endpoints }: Settings): Detected => {
  const [instance, name] = [fieldOf(document, 'instanceId'), fieldOf(document, 'region')];
  if (instance === undefined || name === undefined) {
    return refuse(
      'instance_unknown',
      'the instance identity document has no instanceId or no region',
      'something other than EC2 answers as instance metadata: run this on EC2, ECS or EKS',
    );
  }
  const region = regionOf(env, { name, source: 'the instance identity document' });
  const located: Located = {
    platform: 'ec2',
    region,
    partition: partitionOf(region.name),
    resource: instance,
    account: fieldOf(document, 'accountId'),
    cluster: undefined,
    credentialSource: { kind: 'instanceRole', endpoint: instanceMetadataOf(env, endpoints) },
    warnings: [...strayWarnings(env, 'the instance role'), ...instanceMetadataWarnings(env, endpoints)],
  };
  return known(located);
};

const notAnInstance = (found: Found<unknown> | undefined, because: string): Detected => {
  const why = found === undefined || found.kind === 'found' ? 'instance metadata was not asked' : found.why;
  return refuse(
    'platform_unknown',
    `this is neither an ECS task, nor an EKS pod, nor an EC2 instance: ${because}, and ${why}`,
    LOCAL_REMEDY,
  );
};

const instance = (evidence: Evidence, { platform, because }: Recognised, settings: Settings): Detected => {
  const found = evidence.instance;
  if (found?.kind === 'found') return ec2(evidence, found.value, settings);
  if (found?.kind === 'trouble') return trouble(found.why);
  if (found?.kind === 'unusable') return refuse('instance_metadata_refused', found.why, found.remedy);
  // Where the vendor says that this is EC2, silence is trouble: instance metadata can be late at boot.
  return platform === 'ec2' && found !== undefined ? trouble(found.why) : notAnInstance(found, because);
};

/**
 * Who and where we are, from the evidence alone. Before any call to AWS it refuses (TollgateError, exit code 76, with
 * the remedy) what AWS would refuse later and less clearly: no platform, a Region that is unknown or in dispute,
 * credentials from a source that metering does not accept.
 */
export const detect = (evidence: Evidence, settings: Settings): Detected => {
  const recognised = recognise(evidence.env, settings.platform);
  switch (recognised.platform) {
    case 'local':
      return known({ platform: 'local', resource: 'local', warnings: [] });
    case 'ecs':
      return ecs(evidence, settings);
    case 'eks':
      return eks(evidence);
    case 'ec2':
    case 'unknown':
      return instance(evidence, recognised, settings);
    default:
      return recognised.platform satisfies never;
  }
};
