import { stsError } from '../identity/stsWire.ts';
import { isErrorName, STATUS } from '../rules/answer.ts';
import { json, type Outcome, type Reply, reply } from '../wire/http.ts';
import { errorReply } from '../wire/metering.ts';
import type { Verdict } from '../wire/verdict.ts';
import type { Fault } from './fault.ts';

const MESSAGE = 'A fault of the emulator.';

/** An error in the manner of the service that is asked. */
const errorOf = (service: string, name: string, status: number | undefined): Reply => {
  if (service === 'sts') return stsError(name, MESSAGE, status);
  if (service === 'metering')
    return errorReply({ name: isErrorName(name) ? name : 'InternalFailure', message: MESSAGE }, status);
  return json(status ?? (isErrorName(name) ? STATUS[name] : 500), { Code: name, Message: MESSAGE });
};

const throttle = (service: string, status: number | undefined): Reply => {
  if (service === 'metering') return errorOf(service, 'ThrottlingException', status);
  if (service === 'sts') return errorOf(service, 'Throttling', status);
  return json(status ?? 429, { Code: 'TooManyRequests', Message: MESSAGE });
};

const defaultError = (service: string): string =>
  service === 'sts' ? 'InternalFailure' : 'InternalServiceErrorException';

const page = (status: number): Reply =>
  reply(
    status,
    'text/html',
    '<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>\n',
    {
      via: '1.1 proxy.example',
    },
  );

const without = (answer: Reply, member: string): string => {
  const { [member]: _taken, ...rest } = JSON.parse(answer.body) as Record<string, unknown>;
  return JSON.stringify(rest);
};

const withoutId = (service: string, answer: Reply): Reply =>
  service === 'metering' && answer.status === 200
    ? { ...answer, body: without({ ...answer, body: without(answer, 'MeteringRecordId') }, 'Signature') }
    : answer;

const unprocessed = (requestBody: string): Reply => {
  const { UsageRecords = [] } = JSON.parse(requestBody) as { UsageRecords?: unknown[] };
  return reply(200, 'application/x-amz-json-1.1', JSON.stringify({ Results: [], UnprocessedRecords: UsageRecords }));
};

/** A mark that keeps the server from adding a request id. */
export const NO_REQUEST_ID = 'x-emulator-no-request-id';

/** What a fault makes of an answer. */
export const effectOf = (fault: Fault, service: string, verdict: Verdict, requestBody: string): Outcome => {
  switch (fault.kind) {
    case 'latency':
      return verdict.reply;
    case 'throttle':
      return throttle(service, fault.status);
    case 'error':
    case 'error-after':
      return errorOf(service, fault.error ?? defaultError(service), fault.status);
    case 'refuse':
      return 'reset';
    case 'cut-before':
    case 'cut-after':
      return 'cut';
    case 'hang':
    case 'hang-after':
      return 'hang';
    case 'html':
      return { ...page(fault.status ?? 502), headers: { ...page(502).headers, [NO_REQUEST_ID]: '1' } };
    case 'no-id':
      return withoutId(service, verdict.reply);
    case 'no-request-id':
      return { ...verdict.reply, headers: { ...verdict.reply.headers, [NO_REQUEST_ID]: '1' } };
    case 'unprocessed':
      return verdict.reply.status === 200 ? unprocessed(requestBody) : verdict.reply;
    default:
      return fault.kind satisfies never;
  }
};
