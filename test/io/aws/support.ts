import type { Environment } from '../../../src/agent/core/platform/environment.ts';
import type { Located } from '../../../src/agent/core/platform/whereabouts.ts';
import { hourOf } from '../../../src/agent/core/time/hour.ts';
import { openAws } from '../../../src/agent/io/aws/openAws.ts';
import { lookAround } from '../../../src/agent/io/aws/platform.ts';
import type { Timeouts } from '../../../src/agent/io/aws/transport.ts';
import type { Clock, Log, MeterRequest } from '../../../src/agent/ports.ts';
import { type FakeAws, says } from '../../support/fakeAws.ts';

export const TASK_ARN = 'arn:aws:ecs:eu-west-1:111122223333:task/billing/0f1e2d3c4b5a69788796a5b4c3d2e1f0';

/** The environment of an ECS task whose every endpoint is the fake. */
export const ecsEnvironment = (aws: Pick<FakeAws, 'origin'>): Environment => ({
  AWS_REGION: 'eu-west-1',
  ECS_CONTAINER_METADATA_URI_V4: `${aws.origin}/metadata`,
  AWS_CONTAINER_CREDENTIALS_FULL_URI: `${aws.origin}/credentials`,
  AWS_ENDPOINT_URL_MARKETPLACE_METERING: aws.origin,
  AWS_ENDPOINT_URL_STS: aws.origin,
});

export const systemClock: Clock = { wall: () => Date.now(), monotonic: () => performance.now() };

export type Line = { readonly level: string; readonly event: string; readonly fields: unknown };

export const makeLog = (): Log & { readonly lines: readonly Line[] } => {
  const lines: Line[] = [];
  const at = (level: string) => (event: string, fields?: unknown) => {
    lines.push({ level, event, fields });
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), lines };
};

/** Far beyond what any test waits for, so that only the tests of time-outs see one. */
export const PATIENT: Timeouts = { connect: 30_000, request: 30_000 };

/** Looks around and opens AWS as the agent does, with `env` as this thread's environment. */
export const open = async (
  env: Environment,
  { clock = systemClock, timeouts = PATIENT, log = makeLog() }: { clock?: Clock; timeouts?: Timeouts; log?: Log } = {},
) => {
  const detected = await lookAround(env, { platform: 'auto', endpoints: 'any' });
  if (detected.kind !== 'known') throw new Error(detected.message);
  // What the agent was started with is all there for the SDK to find, if it were let.
  Object.assign(process.env, env);
  const whereabouts = detected.whereabouts as Located;
  return openAws({ whereabouts, endpoints: 'any' }, { env, clock, log, timeouts });
};

/** A client of an ECS task in front of the fake. */
export const openTask = (aws: FakeAws, options?: Parameters<typeof open>[1], extra: Environment = {}) => {
  aws.always('GET /metadata/task', says({ Cluster: 'billing', TaskARN: TASK_ARN }));
  return open({ ...ecsEnvironment(aws), ...extra }, options);
};

const TIMESTAMP = Date.parse('2026-03-01T10:59:59Z');

export const record: MeterRequest = {
  productCode: 'product123',
  dimension: 'requests',
  hour: hourOf(TIMESTAMP),
  timestamp: TIMESTAMP,
  quantity: '42',
  form: 'integer',
  clientToken: 'a'.repeat(64),
};

/** A clock that is moved by hand. */
export const handClock = (start = Date.parse('2026-03-01T12:00:00Z')) => {
  let [wall, monotonic] = [start, 0];
  return {
    wall: () => wall,
    monotonic: () => monotonic,
    advance: (millis: number) => {
      wall += millis;
      monotonic += millis;
    },
  };
};

export const ROLE_ARN = 'arn:aws:iam::111122223333:role/parser';
export const POD_UID = '5b0c1d9e-1111-4222-8333-444455556666';

const part = (json: unknown) => Buffer.from(JSON.stringify(json)).toString('base64url');

/** A projected service account token, as a pod finds it; its signature is a text that can be searched for. */
export const podToken = (signature: string, claims: Readonly<Record<string, unknown>> = {}): string =>
  `${part({ alg: 'RS256', kid: 'k1' })}.${part({
    aud: ['sts.amazonaws.com'],
    iss: 'https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF',
    'kubernetes.io': {
      namespace: 'shop',
      pod: { name: 'parser-6d5c7-x2x9p', uid: POD_UID },
      serviceaccount: { name: 'parser', uid: '9a8b7c6d-1111-4222-8333-444455556666' },
    },
    sub: 'system:serviceaccount:shop:parser',
    ...claims,
  })}.${signature}`;
