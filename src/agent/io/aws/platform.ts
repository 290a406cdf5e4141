import { readFile } from 'node:fs/promises';
import type { Config } from '../../core/configuration/config.ts';
import { toError } from '../../core/errors.ts';
import { instanceMetadataOf, type Trust } from '../../core/platform/credentialSource.ts';
import { type Detected, detect } from '../../core/platform/detect.ts';
import { cleanEnvironment, type Environment, isOn } from '../../core/platform/environment.ts';
import type { Found } from '../../core/platform/evidence.ts';
import { isLinkLocal } from '../../core/platform/proxy.ts';
import { questionsOf, recognise } from '../../core/platform/recognise.ts';
import { askMetadata, jsonOf } from './metadata.ts';

const askTask = async (env: Environment, trust: Trust): Promise<Found<unknown>> => {
  const uri = env['ECS_CONTAINER_METADATA_URI_V4'] ?? '';
  if (!URL.canParse(uri) || (trust === 'aws' && !isLinkLocal(new URL(uri).hostname))) {
    return {
      kind: 'absent',
      why: `ECS_CONTAINER_METADATA_URI_V4 is ${JSON.stringify(uri)}, where ECS does not answer`,
    };
  }
  try {
    return jsonOf(await askMetadata(`${uri.replace(/\/+$/, '')}/task`), 'the ECS task metadata endpoint');
  } catch (error) {
    return { kind: 'trouble', why: `the ECS task metadata endpoint: ${toError(error).message}` };
  }
};

const readToken = async (env: Environment): Promise<Found<string>> => {
  const file = env['AWS_WEB_IDENTITY_TOKEN_FILE'] ?? '';
  try {
    return { kind: 'found', value: await readFile(file, 'utf8') };
  } catch (error) {
    const why = `the web identity token ${file} cannot be read: ${toError(error).message}`;
    // The kubelet swaps the file by links: for a moment it may be missing.
    return (error as NodeJS.ErrnoException).code === 'EACCES'
      ? {
          kind: 'unusable',
          why,
          remedy: 'set securityContext.fsGroup in the pod template, so that a user other than root may read the token',
        }
      : { kind: 'trouble', why };
  }
};

const IMDS_TITLE = 'EC2 instance metadata';

/** IMDSv2 only: a token first, then the instance identity document (EC2 user guide, instance metadata). */
const askInstance = async (env: Environment, trust: Trust): Promise<Found<unknown>> => {
  if (isOn(env['AWS_EC2_METADATA_DISABLED'])) {
    return { kind: 'absent', why: 'AWS_EC2_METADATA_DISABLED forbids to ask EC2 instance metadata' };
  }
  const endpoint = instanceMetadataOf(env, trust);
  try {
    const token = await askMetadata(`${endpoint}/latest/api/token`, {
      method: 'PUT',
      headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '60' },
    });
    if (token.status === 403) {
      return {
        kind: 'unusable',
        why: 'the EC2 metadata address forbids to ask: metadata is switched off for this instance, or this is no EC2 instance',
        remedy:
          'on EC2: aws ec2 modify-instance-metadata-options --instance-id <id> --http-endpoint enabled; on a laptop: "platform: local", or the emulator: tollgate-emulator task -- <command>',
      };
    }
    // Something that speaks HTTP but not IMDSv2 is no EC2.
    if (token.status >= 400 && token.status < 500 && token.status !== 429) {
      return { kind: 'absent', why: `${IMDS_TITLE} answered ${token.status}` };
    }
    if (token.status !== 200) return { kind: 'trouble', why: `${IMDS_TITLE} answered ${token.status}` };
    const document = await askMetadata(`${endpoint}/latest/dynamic/instance-identity/document`, {
      headers: { 'x-aws-ec2-metadata-token': token.text.trim() },
    });
    return jsonOf(document, IMDS_TITLE);
  } catch (error) {
    return { kind: 'absent', why: `${IMDS_TITLE} does not answer: ${toError(error).message}` };
  }
};

/**
 * One look around: collects what the detective needs, and nothing more, then lets it decide. `env` is the process's
 * own. Trouble of the platform is not a refusal: look again later. Rejects with a TollgateError when it is one.
 */
export const lookAround = async (
  env: Environment,
  { platform, endpoints }: Pick<Config, 'platform' | 'endpoints'>,
): Promise<Detected> => {
  const cleaned = cleanEnvironment(env);
  const questions = questionsOf(cleaned.env, recognise(cleaned.env, platform));
  const [task, token, instance] = await Promise.all([
    questions.includes('task') ? askTask(cleaned.env, endpoints) : undefined,
    questions.includes('token') ? readToken(cleaned.env) : undefined,
    questions.includes('instance') ? askInstance(cleaned.env, endpoints) : undefined,
  ]);
  const detected = detect({ env: cleaned.env, task, token, instance }, { platform, endpoints });
  if (detected.kind !== 'known') return detected;
  const { whereabouts } = detected;
  return {
    kind: 'known',
    whereabouts: { ...whereabouts, warnings: [...cleaned.warnings, ...whereabouts.warnings] },
  };
};
