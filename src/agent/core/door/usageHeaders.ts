import type { Headers } from './guard.ts';
import { problem, type Reply } from './reply.ts';

/** The most that a request may carry, in bytes. */
export const MOST_BODY = 1_048_576;

const MOST_KEY = 256;

const JSON_TYPE = /^application\/(?:json|[^\s;]+\+json)(?:\s*;\s*charset="?utf-?8"?)?$/i;

/** What is wrong with the headers of a request with reports, seen before its body is read; undefined when nothing is. */
export const usageHeadersFault = (headers: Headers): Reply | undefined => {
  const type = headers['content-type'];
  if (typeof type !== 'string' || !JSON_TYPE.test(type.trim())) {
    return problem('media', 'Reports come as "Content-Type: application/json", in UTF-8.', {
      headers: { Accept: 'application/json' },
    });
  }
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    return problem('media', 'Reports come without Content-Encoding.', { headers: { 'Accept-Encoding': 'identity' } });
  }
  const length = headers['content-length'];
  if (length === undefined && headers['transfer-encoding'] === undefined) {
    return problem('length', 'The request has no body: neither Content-Length nor Transfer-Encoding is there.');
  }
  if (Number(length ?? 0) > MOST_BODY) return tooLarge();
  const key = headers['idempotency-key'];
  if (key !== undefined && (typeof key !== 'string' || key === '' || key.length > MOST_KEY)) {
    return problem('unreadable', `Idempotency-Key must have 1 to ${MOST_KEY} bytes.`);
  }
  return undefined;
};

export const tooLarge = (): Reply =>
  problem('large', `A request takes at most ${MOST_BODY} bytes; send the reports in several.`, { close: true });
