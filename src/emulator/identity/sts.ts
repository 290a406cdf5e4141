import type { House } from '../house.ts';
import { trustsToken } from '../rules/access/trust.ts';
import type { Refusal } from '../rules/answer.ts';
import type { Caller, Resource } from '../rules/caller.ts';
import type { Change } from '../rules/change.ts';
import { isoOf, SECOND } from '../rules/values/instant.ts';
import type { Role } from '../rules/world.ts';
import type { Incoming } from '../wire/http.ts';
import type { Note, Verdict } from '../wire/verdict.ts';
import { authenticate } from './authenticate.ts';
import { newSession } from './sessions.ts';
import { resultReply, stsError, type Xml } from './stsWire.ts';
import { believe, type PodIdentity } from './webIdentity.ts';

const answered = (action: string, result: Xml, changes: readonly Change[], note: Note): Verdict => ({
  reply: resultReply(action, result),
  changes,
  note,
});

const refused = (name: string, message: string, note: Note = {}): Verdict => ({
  reply: stsError(name, message),
  changes: [],
  note: { ...note, error: name, answer: message },
});

type RoleName = { readonly account: string; readonly name: string };

const roleNameOf = (arn: string): RoleName | undefined => {
  const match = /^arn:aws[a-z-]*:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(arn);
  return match === null ? undefined : { account: match[1] ?? '', name: match[2] ?? '' };
};

const roleOf = ({ world }: House, { account, name }: RoleName): Role | undefined => {
  const role = Object.hasOwn(world.roles, name) ? world.roles[name] : undefined;
  return role !== undefined && (role.account === undefined || role.account === account) ? role : undefined;
};

/** The pod that a token names; one that we did not launch ourselves (a real cluster's) is first seen now. */
const podOf = ({ state, clock }: House, identity: PodIdentity, role: string): Resource => {
  const known = state.resources.get(identity.pod.uid);
  if (known !== undefined) return known;
  return {
    id: identity.pod.uid,
    kind: 'eks',
    name: identity.pod.name,
    account: identity.account,
    region: identity.region,
    role,
    launchedAt: Math.min(identity.issuedAt, clock.now()),
    namespace: identity.namespace,
    serviceAccount: identity.serviceAccount,
  };
};

const NOT_AUTHORIZED = 'Not authorized to perform sts:AssumeRoleWithWebIdentity';

/** The least and the most that DurationSeconds may be (STS API reference). */
const DURATION = { min: 900, max: 43_200 };

const assumeRoleWithWebIdentity = async (house: House, form: URLSearchParams): Promise<Verdict> => {
  const arn = form.get('RoleArn') ?? '';
  const session = form.get('RoleSessionName') ?? '';
  const roleName = roleNameOf(arn);
  if (roleName === undefined) return refused('ValidationError', `${arn} is invalid`);
  if (!/^[\w+=,.@-]{2,64}$/.test(session))
    return refused(
      'ValidationError',
      `1 validation error detected: Value '${session}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`,
    );
  const duration = form.get('DurationSeconds');
  if (duration !== null && (Number(duration) < DURATION.min || Number(duration) > DURATION.max)) {
    return refused(
      'ValidationError',
      `1 validation error detected: Value '${duration}' at 'durationSeconds' failed to satisfy constraint`,
    );
  }
  const identity = await believe(house, form.get('WebIdentityToken') ?? '');
  if ('name' in identity) return refused(identity.name, identity.message);
  const note: Note = { account: identity.account, region: identity.region, resource: identity.pod.uid };
  const role = roleOf(house, roleName);
  // A role that is not there and one that does not trust the token look the same from outside.
  if (
    role === undefined ||
    roleName.account !== identity.account ||
    !trustsToken(role, identity.subject, identity.audience)
  ) {
    return refused('AccessDenied', NOT_AUTHORIZED, note);
  }
  const pod = podOf(house, identity, roleName.name);
  const issued = newSession(
    house,
    { type: 'role', role: roleName.name, source: 'irsa', session, resource: pod.id },
    duration === null ? undefined : Number(duration) * SECOND,
  );
  const id = `AROA${issued.accessKeyId.slice(4)}:${session}`;
  const assumed = arn.replace(':iam:', ':sts:').replace(/:role\/.*$/, `:assumed-role/${roleName.name}/${session}`);
  return answered(
    'AssumeRoleWithWebIdentity',
    {
      Credentials: credentialsXml(issued),
      SubjectFromWebIdentityToken: identity.subject,
      AssumedRoleUser: { AssumedRoleId: id, Arn: assumed },
      Provider: `arn:aws:iam::${identity.account}:oidc-provider/${identity.issuer.replace('https://', '')}`,
      Audience: identity.audience[0] ?? '',
    },
    [
      { type: 'resource', resource: pod },
      { type: 'session', session: issued },
    ],
    { ...note, source: 'irsa', answer: { AssumedRoleUser: assumed, AccessKeyId: issued.accessKeyId } },
  );
};

const credentialsXml = ({
  accessKeyId,
  secretAccessKey,
  sessionToken,
  expiresAt,
}: ReturnType<typeof newSession>): Xml => ({
  AccessKeyId: accessKeyId,
  SecretAccessKey: secretAccessKey,
  SessionToken: sessionToken ?? '',
  Expiration: isoOf(expiresAt ?? 0),
});

/** STS's older names for what the JSON services call with an "Exception" at the end. */
const OLDER_NAMES: Readonly<Record<string, string>> = {
  ExpiredTokenException: 'ExpiredToken',
  IncompleteSignatureException: 'IncompleteSignature',
  InvalidSignatureException: 'SignatureDoesNotMatch',
  MissingAuthenticationTokenException: 'MissingAuthenticationToken',
  UnrecognizedClientException: 'InvalidClientTokenId',
};

const unauthenticated = ({ name, message }: Refusal): Verdict => refused(OLDER_NAMES[name] ?? name, message);

const noteOf = ({ account, resource, source }: Caller): Note => ({
  account,
  source,
  ...(resource !== undefined && { resource: resource.id }),
});

const getCallerIdentity = (house: House, incoming: Incoming): Verdict => {
  const signer = authenticate(house, incoming, 'sts');
  if ('name' in signer) return unauthenticated(signer);
  const { account, arn, userId } = signer.caller;
  return answered('GetCallerIdentity', { Arn: arn, UserId: userId, Account: account }, [], noteOf(signer.caller));
};

/**
 * A role assumed with other credentials: what it signs is no longer tied to a task or pod. Who may assume what
 * is not looked at, since nothing here depends on it.
 */
const assumeRole = (house: House, incoming: Incoming, form: URLSearchParams): Verdict => {
  const signer = authenticate(house, incoming, 'sts');
  if ('name' in signer) return unauthenticated(signer);
  const note = noteOf(signer.caller);
  const arn = form.get('RoleArn') ?? '';
  const session = form.get('RoleSessionName') ?? '';
  const roleName = roleNameOf(arn);
  if (roleName === undefined || roleOf(house, roleName) === undefined) {
    return refused(
      'AccessDenied',
      `User: ${signer.caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
      note,
    );
  }
  const issued = newSession(house, { type: 'role', role: roleName.name, source: 'chainedRole', session });
  const assumed = arn.replace(':iam:', ':sts:').replace(/:role\/.*$/, `:assumed-role/${roleName.name}/${session}`);
  return answered(
    'AssumeRole',
    {
      Credentials: credentialsXml(issued),
      AssumedRoleUser: { AssumedRoleId: `AROA${issued.accessKeyId.slice(4)}:${session}`, Arn: assumed },
    },
    [{ type: 'session', session: issued }],
    { ...note, answer: { AssumedRoleUser: assumed, AccessKeyId: issued.accessKeyId } },
  );
};

/** The action of an STS request, or undefined when the body is not a form of the query protocol. */
export const actionOf = ({ headers, body }: Incoming): string | undefined => {
  if (!(headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')) return undefined;
  return new URLSearchParams(body.toString('utf8')).get('Action') ?? undefined;
};

/** One call of the Security Token Service: a form in, XML out. */
export const sts = async (house: House, incoming: Incoming, action: string): Promise<Verdict> => {
  const form = new URLSearchParams(incoming.body.toString('utf8'));
  if (action === 'AssumeRoleWithWebIdentity') return assumeRoleWithWebIdentity(house, form);
  if (action === 'GetCallerIdentity') return getCallerIdentity(house, incoming);
  if (action === 'AssumeRole') return assumeRole(house, incoming, form);
  return refused('InvalidAction', `Could not find operation ${action} for version 2011-06-15`);
};
