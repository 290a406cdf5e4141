import type { Config } from '../configuration/config.ts';
import { TollgateError } from '../errors.ts';
import { EXIT } from '../exitCode.ts';
import type { Environment } from './environment.ts';
import type { Question } from './evidence.ts';

/** A platform that the environment shows; `unknown`: only IMDSv2 can tell whether this is EC2. */
export type Recognised = { readonly platform: 'ecs' | 'eks' | 'ec2' | 'local' | 'unknown'; readonly because: string };

/** Where EKS Pod Identity answers (EKS user guide, How EKS Pod Identity works). */
export const POD_IDENTITY = ['169.254.170.23', '[fd00:ec2::23]'] as const;

/** Whether the container credential endpoint is that of EKS Pod Identity. */
export const isPodIdentity = (env: Environment): boolean => {
  const uri = env['AWS_CONTAINER_CREDENTIALS_FULL_URI'];
  return uri !== undefined && POD_IDENTITY.some((host) => uri.includes(`//${host}`));
};

const eksSign = (env: Environment): string | undefined => {
  if (env['KUBERNETES_SERVICE_HOST'] !== undefined) return 'KUBERNETES_SERVICE_HOST';
  if (env['AWS_WEB_IDENTITY_TOKEN_FILE'] !== undefined) return 'AWS_WEB_IDENTITY_TOKEN_FILE';
  return isPodIdentity(env) ? 'AWS_CONTAINER_CREDENTIALS_FULL_URI of EKS Pod Identity' : undefined;
};

/** The platform that the vendor forces, else the one that the environment shows. */
export const recognise = (env: Environment, forced: Config['platform']): Recognised => {
  if (forced !== 'auto') return { platform: forced, because: `the setting "platform: ${forced}"` };
  const eks = eksSign(env);
  const ecs = env['ECS_CONTAINER_METADATA_URI_V4'] === undefined ? undefined : 'ECS_CONTAINER_METADATA_URI_V4';
  if (ecs !== undefined && eks !== undefined) {
    throw new TollgateError('platform_ambiguous', `this looks like an ECS task (${ecs}) and like an EKS pod (${eks})`, {
      remedy: 'remove the variables of the platform that this is not, or set "platform: ecs" or "platform: eks"',
      exitCode: EXIT.platform,
    });
  }
  if (ecs !== undefined) return { platform: 'ecs', because: ecs };
  if (eks !== undefined) return { platform: 'eks', because: eks };
  return { platform: 'unknown', because: 'no variable of ECS or EKS is set' };
};

/** What the detective needs to know beside the environment. */
export const questionsOf = (env: Environment, { platform }: Recognised): readonly Question[] => {
  switch (platform) {
    case 'ecs':
      return env['ECS_CONTAINER_METADATA_URI_V4'] === undefined ? [] : ['task'];
    case 'eks':
      return env['AWS_WEB_IDENTITY_TOKEN_FILE'] === undefined ? [] : ['token'];
    case 'ec2':
    case 'unknown':
      return ['instance'];
    case 'local':
      return [];
    default:
      return platform satisfies never;
  }
};
