import type { House } from '../house.ts';
import { authenticate } from '../identity/authenticate.ts';
import { type Answer, type Decision, error, type Refusal, refuse, STATUS } from '../rules/answer.ts';
import { bodyOf, decide } from '../rules/service.ts';
import { type Incoming, type Reply, reply } from './http.ts';
import type { Note, Verdict } from './verdict.ts';

const TARGET = 'AWSMPMeteringService.';
const NAMESPACE = 'com.amazonaws.marketplacemetering#';
const JSON_1_1 = 'application/x-amz-json-1.1';

/** The operation that `X-Amz-Target` names, or undefined when the request is not for this service. */
export const operationOf = ({ headers }: Incoming): string | undefined => {
  const target = headers['x-amz-target'];
  if (target === undefined) return undefined;
  return target.startsWith(TARGET) ? target.slice(TARGET.length) : target;
};

/** An error on the JSON 1.1 wire: its name in the body, with the namespace, and in a header, without. */
export const errorReply = ({ name, message }: Refusal, status: number = STATUS[name]): Reply =>
  reply(status, JSON_1_1, JSON.stringify({ __type: `${NAMESPACE}${name}`, message }), { 'x-amzn-errortype': name });

const replyOf = (answer: Answer): Reply =>
  answer.ok ? reply(200, JSON_1_1, JSON.stringify(answer.body)) : errorReply(answer.error);

const verdict = ({ answer, changes }: Decision, note: Note = {}): Verdict => ({
  reply: replyOf(answer),
  changes,
  note: answer.ok
    ? { ...note, answer: answer.body }
    : { ...note, error: answer.error.name, answer: answer.error.message },
});

const BAD_JSON = refuse(error('SerializationException', 'The body is not a JSON structure.'));

/** Other protocols are spoken by other SDKs; this address knows JSON 1.1 only. */
const notJson = (): Verdict => ({
  reply: reply(415, JSON_1_1, JSON.stringify({ message: 'The emulator speaks JSON 1.1 only, not CBOR.' })),
  changes: [],
  note: { error: 'UnsupportedMediaType' },
});

/** One call of the Marketplace Metering Service. */
export const metering = (house: House, incoming: Incoming, operation: string): Verdict => {
  if ((incoming.headers['content-type'] ?? '').includes('cbor')) return notJson();
  const signer = authenticate(house, incoming, 'aws-marketplace');
  if ('name' in signer) return verdict(refuse(signer));
  const { caller, region } = signer;
  const note: Note = {
    account: caller.account,
    region,
    source: caller.source,
    ...(caller.resource !== undefined && { resource: caller.resource.id }),
  };
  const body = bodyOf(incoming.body.toString('utf8'));
  if (body === undefined) return verdict(BAD_JSON, note);
  return verdict(decide(house.world, house.state, { operation, region, caller, body }, house.clock.now()), note);
};
