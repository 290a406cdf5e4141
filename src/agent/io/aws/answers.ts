import { toError } from '../../core/errors.ts';
import type { Answer } from '../../core/sending/answer.ts';
import type { Instant } from '../../core/time/hour.ts';
import { NoCredentialsError } from './credentials.ts';
import { TransportError, type WireAnswer } from './transport.ts';

/** AWS's request id; an answer without one is not from AWS. */
export const requestIdOf = (headers: Readonly<Record<string, string>>): string | undefined =>
  headers['x-amzn-requestid'] ?? headers['x-amzn-request-id'] ?? headers['x-amz-request-id'];

/** The Date of an answer, by AWS's clock. One with an Age comes out of a cache: its Date is of the past (RFC 9111, 5.1). */
export const dateOf = (headers: Readonly<Record<string, string>>): Instant | undefined => {
  if (Number(headers['age'] ?? '0') !== 0) return undefined;
  const date = Date.parse(headers['date'] ?? '');
  return Number.isNaN(date) ? undefined : date;
};

/** A refusal may be all in its headers: AWS's JSON protocols allow the name there, and no body (Smithy, AWS JSON 1.1). */
const isNamedInHeader = ({ status, headers, body }: WireAnswer): boolean =>
  status >= 400 && body.length === 0 && (headers['x-amzn-errortype'] ?? '') !== '';

const isJsonObject = (body: Uint8Array): boolean => {
  try {
    const json: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    return typeof json === 'object' && json !== null && !Array.isArray(json);
  } catch {
    return false;
  }
};

/** What answered, for people. The page itself is not shown: it is a stranger's text. */
const portraitOf = ({ headers, body }: WireAnswer): string => {
  const type = headers['content-type'] ?? 'no content type';
  return `${type}, ${body.length} bytes, ${requestIdOf(headers) === undefined ? 'without an AWS request id' : 'not what the call returns'}`;
};

/** What the SDK made of an attempt: its output, or what it threw. */
export type SdkResult<Output> = { readonly output: Output } | { readonly error: unknown };

/** The SDK's errors for answers that it could read. */
type ServiceError = Error & { readonly $fault: unknown };
const isServiceError = (error: unknown): error is ServiceError => error instanceof Error && '$fault' in error;

/**
 * What came back for one attempt. `wire` is the whole answer as it came over the wire, undefined when none did.
 * `read` takes the output that the call returns, or undefined when it is not one.
 */
export const answerOf = <Output, Body>(
  wire: WireAnswer | undefined,
  result: SdkResult<Output>,
  read: (output: Output) => Body | undefined,
): Answer<Body> => {
  if (wire === undefined) {
    const error = 'error' in result ? result.error : new Error('no answer');
    if (error instanceof NoCredentialsError) return { kind: 'noCredentials', trouble: error.trouble };
    const sent = error instanceof TransportError && error.sent;
    return { kind: 'trouble', message: toError(error).message, sent };
  }
  const foreign: Answer<Body> = { kind: 'foreign', message: portraitOf(wire), status: wire.status };
  const requestId = requestIdOf(wire.headers);
  if (requestId === undefined || !(isJsonObject(wire.body) || isNamedInHeader(wire))) return foreign;
  const date = dateOf(wire.headers);
  if ('output' in result) {
    const body = read(result.output);
    return body === undefined ? foreign : { kind: 'ok', body, requestId, date };
  }
  // A move says neither yes nor no, whoever says it.
  if (!isServiceError(result.error) || wire.status < 400) return foreign;
  const { name, message } = result.error;
  return { kind: 'refusal', name, message, status: wire.status, requestId, date };
};
