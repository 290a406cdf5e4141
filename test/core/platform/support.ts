import type { Environment } from '../../../src/agent/core/platform/environment.ts';
import type { Evidence, Found } from '../../../src/agent/core/platform/evidence.ts';

export const TASK_ARN = 'arn:aws:ecs:eu-west-1:111122223333:task/billing/0f1e2d3c4b5a69788796a5b4c3d2e1f0';
export const POD_UID = '5b0c1d9e-1111-4222-8333-444455556666';
export const ROLE_ARN = 'arn:aws:iam::111122223333:role/parser';

const encoded = (json: unknown) => Buffer.from(JSON.stringify(json)).toString('base64url');

export const tokenWith = (claims: unknown): string => `${encoded({ alg: 'RS256' })}.${encoded(claims)}.signature`;

export const CLAIMS = {
  aud: ['sts.amazonaws.com'],
  sub: 'system:serviceaccount:shop:parser',
  'kubernetes.io': { namespace: 'shop', pod: { name: 'parser-1', uid: POD_UID } },
};

export const found = <Value>(value: Value): Found<Value> => ({ kind: 'found', value });

export const evidenceOf = (env: Environment, rest: Partial<Evidence> = {}): Evidence => ({
  env,
  task: undefined,
  token: undefined,
  instance: undefined,
  ...rest,
});

export const ECS: Environment = {
  AWS_REGION: 'eu-west-1',
  ECS_CONTAINER_METADATA_URI_V4: 'http://169.254.170.2/v4/abc',
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/abc',
};

export const EKS: Environment = {
  AWS_REGION: 'eu-west-1',
  AWS_DEFAULT_REGION: 'eu-west-1',
  KUBERNETES_SERVICE_HOST: '10.100.0.1',
  AWS_ROLE_ARN: ROLE_ARN,
  AWS_WEB_IDENTITY_TOKEN_FILE: '/var/run/secrets/eks.amazonaws.com/serviceaccount/token',
};
