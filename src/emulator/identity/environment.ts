import type { House } from '../house.ts';
import type { Resource } from '../rules/caller.ts';
import { roleArn } from './names.ts';
import { IRSA_AUDIENCE, POD_IDENTITY_AUDIENCE, podToken } from './podToken.ts';
import { handleOf } from './resources.ts';

/** Which credentials a pod is given: the right ones, or one of the wrong worlds of the field. */
export type PodCredentials = 'irsa' | 'podIdentity' | 'node';

/** What AWS would put around a command: variables, and files whose path a variable names. */
export type Surroundings = {
  readonly environment: Readonly<Record<string, string>>;
  readonly files: readonly TokenFile[];
};

/** `refreshAt`: kubelet writes a new token when four fifths of its life are over. */
export type TokenFile = { readonly variable: string; readonly text: string; readonly refreshAt: number };

/** Where the service endpoints are, which on AWS no variable has to say. */
const endpoints = (url: string) => ({ AWS_ENDPOINT_URL_MARKETPLACE_METERING: url, AWS_ENDPOINT_URL_STS: url });

const region = (resource: Resource) => ({ AWS_REGION: resource.region, AWS_DEFAULT_REGION: resource.region });

/**
 * ECS developer guide, "Environment variables available to containers". The relative form of the credential address
 * cannot be led away from its link-local host, so the full form stands in for it. On the EC2 launch type the Region
 * is not set, whatever the page says (aws/containers-roadmap, issue 1611).
 */
export const taskSurroundings = (task: Resource, url: string): Surroundings => {
  const isFargate = task.launchType !== 'EC2';
  return {
    environment: {
      ...endpoints(url),
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/creds/${handleOf(task)}`,
      ECS_CONTAINER_METADATA_URI_V4: `${url}/v4/${handleOf(task)}`,
      ECS_AGENT_URI: `${url}/api/${handleOf(task)}`,
      AWS_EXECUTION_ENV: isFargate ? 'AWS_ECS_FARGATE' : 'AWS_ECS_EC2',
      ...(isFargate && region(task)),
    },
    files: [],
  };
};

/** The variables of AWS's webhooks (amazon-eks-pod-identity-webhook, README; EKS user guide, "How EKS Pod Identity works") and of kubelet. */
export const podSurroundings = (
  house: House,
  pod: Resource,
  credentials: PodCredentials,
  url: string,
  nodeUrl: string | undefined,
): Surroundings => {
  const now = house.clock.now();
  const refreshAt = now + house.state.settings.tokenLife * 0.8;
  const base = {
    ...endpoints(url),
    KUBERNETES_SERVICE_HOST: '10.100.0.1',
    KUBERNETES_SERVICE_PORT: '443',
    HOSTNAME: pod.name,
    ...(nodeUrl !== undefined && { AWS_EC2_METADATA_SERVICE_ENDPOINT: nodeUrl }),
  };
  if (credentials === 'node') return { environment: base, files: [] };
  if (credentials === 'podIdentity') {
    return {
      environment: {
        ...base,
        ...region(pod),
        AWS_STS_REGIONAL_ENDPOINTS: 'regional',
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/v1/credentials`,
      },
      files: [
        {
          variable: 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
          text: podToken(house, pod, POD_IDENTITY_AUDIENCE, now),
          refreshAt,
        },
      ],
    };
  }
  return {
    environment: { ...base, ...region(pod), AWS_STS_REGIONAL_ENDPOINTS: 'regional', AWS_ROLE_ARN: roleArn(pod) },
    files: [{ variable: 'AWS_WEB_IDENTITY_TOKEN_FILE', text: podToken(house, pod, IRSA_AUDIENCE, now), refreshAt }],
  };
};

/** An instance has nothing in its environment; the address stands in for 169.254.169.254. */
export const instanceSurroundings = (imdsUrl: string, url: string): Surroundings => ({
  environment: { ...endpoints(url), AWS_EC2_METADATA_SERVICE_ENDPOINT: imdsUrl },
  files: [],
});
