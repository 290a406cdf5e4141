import { TollgateError } from '../errors.ts';
import { EXIT } from '../exitCode.ts';
import { parseRoleArn } from './arn.ts';
import type { Claims } from './claims.ts';
import type { Environment } from './environment.ts';
import { isLinkLocal, isLoopback } from './proxy.ts';
import type { CredentialSource } from './whereabouts.ts';

/** Whether only AWS's own addresses may be asked (`endpoints: aws`), or an emulator's too. */
export type Trust = 'aws' | 'any';

/** Variables by which somebody else's credentials could answer. */
const STRAY = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_PROFILE',
  'AWS_SHARED_CREDENTIALS_FILE',
  'AWS_CONFIG_FILE',
] as const;

/** A file that is switched off by /dev/null holds nothing that could stray. */
const strayOf = (env: Environment): readonly string[] =>
  STRAY.filter((name) => !['', '/dev/null'].includes(env[name] ?? ''));

const refuse = (code: string, message: string, remedy: string): never => {
  throw new TollgateError(code, message, { remedy, exitCode: EXIT.platform });
};

const withStray = (env: Environment, message: string): string => {
  const stray = strayOf(env);
  return stray.length === 0
    ? message
    : `${message}. ${stray.join(', ')} cannot stand in: AWS refuses them for metering`;
};

/** One warning that names what is set and not used beside the allowed source. */
export const strayWarnings = (env: Environment, allowed: string): readonly string[] => {
  const stray = strayOf(env);
  return stray.length === 0 ? [] : [`${stray.join(', ')}: set but not used; ${allowed} signs`];
};

/** In the order that helps: most often the pod is older than its annotation, and a restart of the container changes nothing. */
const IRSA_REMEDY =
  "annotate the service account with eks.amazonaws.com/role-arn, then delete the pod so that a new one is made (a restart of the container is not enough), then see that the pod's annotation eks.amazonaws.com/skip-containers does not name this container";

/** EKS: IAM roles for service accounts, nothing else (user guide, container metering with MeterUsage and RegisterUsage). */
export const irsaOf = (
  env: Environment,
  claims: Claims | undefined,
): { readonly source: CredentialSource; readonly warnings: readonly string[] } => {
  const roleArn = env['AWS_ROLE_ARN'];
  const tokenFile = env['AWS_WEB_IDENTITY_TOKEN_FILE'];
  if (tokenFile === undefined || roleArn === undefined) {
    if (roleArn !== undefined) {
      return refuse(
        'irsa_incomplete',
        withStray(env, 'AWS_ROLE_ARN is set, AWS_WEB_IDENTITY_TOKEN_FILE is missing'),
        `remove AWS_ROLE_ARN from the pod template, since it hides the annotation; ${IRSA_REMEDY}`,
      );
    }
    if (tokenFile !== undefined) {
      return refuse(
        'irsa_incomplete',
        withStray(env, 'AWS_WEB_IDENTITY_TOKEN_FILE is set, AWS_ROLE_ARN is missing'),
        IRSA_REMEDY,
      );
    }
    // On EKS nothing but Pod Identity gives credentials by a container endpoint.
    if (env['AWS_CONTAINER_CREDENTIALS_FULL_URI'] !== undefined) {
      return refuse(
        'pod_identity',
        withStray(
          env,
          'this pod has credentials of EKS Pod Identity, which AWS does not accept for Marketplace metering',
        ),
        `use IAM roles for service accounts: remove the Pod Identity association of this service account; ${IRSA_REMEDY}`,
      );
    }
    return refuse(
      'irsa_missing',
      withStray(env, 'this pod has no role of its own: AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE are not set'),
      IRSA_REMEDY,
    );
  }
  if (parseRoleArn(roleArn) === undefined) {
    return refuse(
      'role_invalid',
      `AWS_ROLE_ARN is ${JSON.stringify(roleArn)}, which is not the ARN of an IAM role`,
      'correct the annotation eks.amazonaws.com/role-arn of the service account, then delete the pod',
    );
  }
  const podIdentity =
    env['AWS_CONTAINER_CREDENTIALS_FULL_URI'] !== undefined
      ? ['IRSA and EKS Pod Identity are both set up for this pod: IRSA is used, since metering takes no other']
      : [];
  return {
    source: {
      kind: 'irsa',
      roleArn,
      tokenFile,
      sessionName: env['AWS_ROLE_SESSION_NAME'],
      subject: claims?.subject,
      audience: claims?.audience,
    },
    warnings: [...podIdentity, ...strayWarnings(env, 'the role of the service account (IRSA)')],
  };
};

const TASK_ROLE_REMEDY =
  'set taskRoleArn in the task definition to a role that allows aws-marketplace:RegisterUsage and aws-marketplace:MeterUsage, and start the task anew (the execution role is not used)';

const isOnThisMachine = (uri: string): boolean => URL.canParse(uri) && isLoopback(new URL(uri).hostname);

/** ECS: the task role by the container credential endpoint, nothing else. A loopback endpoint is an emulator's. */
export const taskRoleOf = (
  env: Environment,
  trust: Trust,
): { readonly source: CredentialSource; readonly warnings: readonly string[] } => {
  const relativeUri = env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'];
  const warnings = strayWarnings(env, 'the task role');
  if (relativeUri !== undefined) {
    if (!relativeUri.startsWith('/')) {
      return refuse(
        'task_role_invalid',
        `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is ${JSON.stringify(relativeUri)}, which is not a path`,
        'do not set this variable yourself: ECS sets it for a task with a task role',
      );
    }
    return { source: { kind: 'taskRole', relativeUri }, warnings };
  }
  const fullUri = env['AWS_CONTAINER_CREDENTIALS_FULL_URI'];
  if (fullUri !== undefined && trust === 'any' && isOnThisMachine(fullUri)) {
    const tokenFile = env['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'];
    return {
      source: { kind: 'taskRole', fullUri, authorization: tokenFile === undefined ? undefined : { tokenFile } },
      warnings,
    };
  }
  if (fullUri !== undefined) {
    return refuse(
      'task_role_missing',
      withStray(
        env,
        'this task has no task role: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not set, and AWS_CONTAINER_CREDENTIALS_FULL_URI is not how ECS gives one',
      ),
      `${TASK_ROLE_REMEDY}; an emulator on this machine needs the setting "endpoints: any"`,
    );
  }
  return refuse(
    'task_role_missing',
    withStray(env, 'this task has no task role: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not set'),
    TASK_ROLE_REMEDY,
  );
};

const IMDS = { IPv4: 'http://169.254.169.254', IPv6: 'http://[fd00:ec2::254]' } as const;

/** Where IMDS is asked: AWS's own addresses, or with `endpoints: any` whatever the environment names. */
export const instanceMetadataOf = (env: Environment, trust: Trust): string => {
  const override = env['AWS_EC2_METADATA_SERVICE_ENDPOINT'];
  if (override !== undefined && trust === 'any' && URL.canParse(override)) return override.replace(/\/+$/, '');
  return env['AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE']?.toLowerCase() === 'ipv6' ? IMDS.IPv6 : IMDS.IPv4;
};

/** What was asked of IMDS and not done, for people. */
export const instanceMetadataWarnings = (env: Environment, trust: Trust): readonly string[] => {
  const override = env['AWS_EC2_METADATA_SERVICE_ENDPOINT'];
  if (override === undefined || trust === 'any') return [];
  return URL.canParse(override) && isLinkLocal(new URL(override).hostname)
    ? []
    : ['AWS_EC2_METADATA_SERVICE_ENDPOINT: not used; it is read only with "endpoints: any"'];
};
