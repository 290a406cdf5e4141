import type { House } from '../house.ts';
import { error, type Refusal } from '../rules/answer.ts';
import type { Caller, Session } from '../rules/caller.ts';
import { MINUTE } from '../rules/values/instant.ts';
import type { Incoming } from '../wire/http.ts';
import { type Authorization, amzDateOf, amzDateText, authorizationOf, isSignedBy } from '../wire/sigv4.ts';
import { callerOf, sessionOf } from './caller.ts';

/** Who signed, and the Region that the signature is for: on one address for all Regions it says which endpoint is meant. */
export type Signer = { readonly caller: Caller; readonly region: string };

const invalid = (message: string): Refusal => error('InvalidSignatureException', message);

/** AWS refuses both ways, in these words, as users report them; the margin is a setting. */
const checkDate = (date: number, now: number, skew: number): Refusal | undefined => {
  const margin = `${skew / MINUTE} min.`;
  if (date < now - skew) {
    return invalid(
      `Signature expired: ${amzDateText(date)} is now earlier than ${amzDateText(now - skew)} (${amzDateText(now)} - ${margin})`,
    );
  }
  if (date > now + skew) {
    return invalid(
      `Signature not yet current: ${amzDateText(date)} is still later than ${amzDateText(now + skew)} (${amzDateText(now)} + ${margin})`,
    );
  }
  return undefined;
};

/** A host that names a Region must be the signature's. On a loopback address there is nothing to compare. */
const checkScope = (incoming: Incoming, { region, service }: Authorization, wanted: string): Refusal | undefined => {
  if (service !== wanted) return invalid(`Credential should be scoped to correct service: '${wanted}'. `);
  const host = incoming.headers['host'] ?? '';
  const named = /^(?:metering[.-]marketplace|sts)\.([a-z0-9-]+)\.(?:amazonaws|api)\./.exec(host)?.[1];
  return named === undefined || named === region
    ? undefined
    : invalid('Credential should be scoped to a valid region. ');
};

const checkSession = (incoming: Incoming, session: Session | undefined, now: number): Refusal | undefined => {
  if (session === undefined || session.sessionToken !== incoming.headers['x-amz-security-token']) {
    return error('UnrecognizedClientException', 'The security token included in the request is invalid.');
  }
  if (session.expiresAt !== undefined && now >= session.expiresAt) {
    return error('ExpiredTokenException', 'The security token included in the request is expired');
  }
  return undefined;
};

const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

/**
 * Signature Version 4 (IAM user guide, "AWS Signature Version 4 for API requests"). The order is assumed:
 * header, scope, credentials, date, signature.
 */
export const authenticate = (house: House, incoming: Incoming, service: string): Signer | Refusal => {
  const header = incoming.headers['authorization'];
  if (header === undefined) return error('MissingAuthenticationTokenException', 'Missing Authentication Token');
  const authorization = authorizationOf(header);
  const dateText = incoming.headers['x-amz-date'] ?? '';
  const date = amzDateOf(dateText);
  if (authorization === undefined || date === undefined) {
    return error(
      'IncompleteSignatureException',
      'Authorization header requires Credential, SignedHeaders and Signature, and an X-Amz-Date.',
    );
  }
  const { world, state, clock } = house;
  const session = sessionOf(world, state, authorization.accessKeyId);
  const refusal =
    checkScope(incoming, authorization, service) ??
    checkSession(incoming, session, clock.now()) ??
    checkDate(date, clock.now(), state.settings.clockSkew);
  if (refusal !== undefined) return refusal;
  if (session === undefined || !dateText.startsWith(authorization.day)) return invalid(MISMATCH);
  if (
    !authorization.signedHeaders.includes('host') ||
    !isSignedBy(incoming, authorization, dateText, session.secretAccessKey)
  ) {
    return invalid(MISMATCH);
  }
  return { caller: callerOf(world, state, session), region: authorization.region };
};
