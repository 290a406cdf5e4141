import { createHmac, sign } from 'node:crypto';
import type { House } from '../house.ts';
import { type Resource, sourceOf } from '../rules/caller.ts';
import { isoOf, SECOND } from '../rules/values/instant.ts';
import { type Incoming, json, type Reply, text } from '../wire/http.ts';
import type { Verdict } from '../wire/verdict.ts';
import { TEST_KEY_INSTANCE } from '../world/testKeys.ts';
import { roleCredentials } from './credentials.ts';
import { handleOf } from './resources.ts';

const TOKEN_PATH = '/latest/api/token';
const TTL = 'x-aws-ec2-metadata-token-ttl-seconds';
const TOKEN = 'x-aws-ec2-metadata-token';
/** The longest life of a session (EC2 user guide, "Use the Instance Metadata Service"). */
const LONGEST = 21_600;

/** The instance identity document (EC2 user guide, "Instance identity documents"). */
export const identityDocument = (instance: Resource): string =>
  JSON.stringify(
    {
      accountId: instance.account,
      architecture: 'x86_64',
      availabilityZone: `${instance.region}a`,
      billingProducts: null,
      devpayProductCodes: null,
      imageId: 'ami-0123456789abcdef0',
      instanceId: instance.id,
      instanceType: 'm7i.large',
      kernelId: null,
      marketplaceProductCodes: instance.product === undefined ? null : [instance.product],
      pendingTime: isoOf(instance.launchedAt),
      privateIp: '10.0.0.10',
      ramdiskId: null,
      region: instance.region,
      version: '2017-09-30',
    },
    null,
    2,
  );

/** A token carries its own end, so that nothing has to be remembered. */
const tokenUntil = (instance: Resource, until: number): string =>
  `${until}.${createHmac('sha256', handleOf(instance)).update(String(until)).digest('base64url')}`;

const isToken = (house: House, instance: Resource, token: string | undefined): boolean => {
  const until = Number(token?.split('.')[0]);
  return token === tokenUntil(instance, until) && house.clock.now() < until;
};

const verdict = (instance: Resource, reply: Reply, more: Partial<Verdict> = {}): Verdict => ({
  reply,
  changes: more.changes ?? [],
  note: {
    account: instance.account,
    region: instance.region,
    resource: instance.id,
    ...(reply.status >= 400 && { error: String(reply.status) }),
    ...more.note,
  },
});

const newToken = (house: House, instance: Resource, { headers }: Incoming): Reply => {
  const seconds = Number(headers[TTL]);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > LONGEST) return text(400, 'Bad Request');
  const token = tokenUntil(instance, house.clock.now() + seconds * SECOND);
  return { ...text(200, token), headers: { 'content-type': 'text/plain', [TTL]: String(seconds) } };
};

const credentials = (house: House, instance: Resource): Verdict => {
  const source = sourceOf(instance);
  const issued = roleCredentials(house, instance, source);
  if (issued === undefined) return verdict(instance, text(404, 'Not Found'));
  const { accessKeyId, secretAccessKey, sessionToken, issuedAt, expiresAt } = issued.session;
  const body = {
    Code: 'Success',
    LastUpdated: isoOf(issuedAt),
    Type: 'AWS-HMAC',
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    Token: sessionToken,
    Expiration: isoOf(expiresAt ?? 0),
  };
  return verdict(instance, json(200, body), {
    changes: issued.isNew ? [{ type: 'session', session: issued.session }] : [],
    note: { source, answer: { AccessKeyId: accessKeyId } },
  });
};

/** The base64 of the document's signature: SHA-256 and RSA; the PKCS 7 forms are not made here. */
const signatureOf = (document: string): string =>
  sign('sha256', Buffer.from(document), TEST_KEY_INSTANCE).toString('base64');

const documents = (instance: Resource): Readonly<Record<string, () => string>> => ({
  '/latest/meta-data/instance-id': () => instance.id,
  '/latest/meta-data/ami-id': () => 'ami-0123456789abcdef0',
  '/latest/meta-data/instance-type': () => 'm7i.large',
  '/latest/meta-data/placement/region': () => instance.region,
  '/latest/meta-data/placement/availability-zone': () => `${instance.region}a`,
  '/latest/meta-data/product-codes': () => instance.product ?? '',
  '/latest/meta-data/iam/security-credentials/': () => instance.role,
  '/latest/meta-data/iam/security-credentials': () => instance.role,
  '/latest/dynamic/instance-identity/document': () => identityDocument(instance),
  '/latest/dynamic/instance-identity/signature': () => signatureOf(identityDocument(instance)),
});

/** IMDSv2 of one instance: a token first; without one there is nothing (the version 1 way is off). */
export const imds = (house: House, instance: Resource, incoming: Incoming): Verdict => {
  const { method, path, headers } = incoming;
  if (path === TOKEN_PATH) {
    return verdict(instance, method === 'PUT' ? newToken(house, instance, incoming) : text(405, 'Not Allowed'));
  }
  if (!isToken(house, instance, headers[TOKEN])) return verdict(instance, text(401, 'Unauthorized'));
  if (path === `/latest/meta-data/iam/security-credentials/${instance.role}`) return credentials(house, instance);
  const document = documents(instance)[path]?.();
  return verdict(instance, document === undefined || document === '' ? text(404, 'Not Found') : text(200, document));
};
