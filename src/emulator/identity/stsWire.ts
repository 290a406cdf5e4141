import { type Reply, reply } from '../wire/http.ts';

const XMLNS = 'https://sts.amazonaws.com/doc/2011-06-15/';

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

export type Xml = { readonly [name: string]: string | Xml };

const elements = (xml: Xml): string =>
  Object.entries(xml)
    .map(([name, value]) => `<${name}>${typeof value === 'string' ? escaped(value) : elements(value)}</${name}>`)
    .join('');

/** The request's id stands in the body too; the server knows it only when the answer goes out. */
export const REQUEST_ID = '%REQUEST-ID%';

/** An answer of the query protocol (STS API reference). */
export const resultReply = (action: string, result: Xml): Reply =>
  reply(
    200,
    'text/xml',
    `<${action}Response xmlns="${XMLNS}"><${action}Result>${elements(result)}</${action}Result><ResponseMetadata><RequestId>${REQUEST_ID}</RequestId></ResponseMetadata></${action}Response>`,
  );

/** HTTP status of STS's errors (STS API reference, "Common errors" and AssumeRoleWithWebIdentity). */
const STATUS: Readonly<Record<string, number>> = {
  AccessDenied: 403,
  ExpiredToken: 403,
  ExpiredTokenException: 400,
  IDPCommunicationError: 400,
  IDPRejectedClaim: 403,
  IncompleteSignature: 400,
  InternalFailure: 500,
  InvalidAction: 400,
  InvalidClientTokenId: 403,
  InvalidIdentityToken: 400,
  MissingAuthenticationToken: 403,
  ServiceUnavailable: 503,
  SignatureDoesNotMatch: 403,
  Throttling: 400,
  ValidationError: 400,
};

export const isStsError = (name: string): boolean => Object.hasOwn(STATUS, name);

export const stsError = (name: string, message: string, status: number = STATUS[name] ?? 400): Reply =>
  reply(
    status,
    'text/xml',
    `<ErrorResponse xmlns="${XMLNS}"><Error>${elements({ Type: status >= 500 ? 'Receiver' : 'Sender', Code: name, Message: message })}</Error><RequestId>${REQUEST_ID}</RequestId></ErrorResponse>`,
  );
