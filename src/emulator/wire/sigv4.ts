import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Incoming } from './http.ts';

/** What an `Authorization: AWS4-HMAC-SHA256` header says. */
export type Authorization = {
  readonly accessKeyId: string;
  readonly day: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
};

const ALGORITHM = 'AWS4-HMAC-SHA256';

/** Reads the header; undefined when a part is missing (IAM user guide, "Create a signed AWS API request"). */
export const authorizationOf = (header: string): Authorization | undefined => {
  if (!header.startsWith(`${ALGORITHM} `)) return undefined;
  const fields = new Map(
    header
      .slice(ALGORITHM.length)
      .split(',')
      .map((field): [string, string] => {
        const at = field.indexOf('=');
        return [field.slice(0, at).trim(), field.slice(at + 1).trim()];
      }),
  );
  const [accessKeyId, day, region, service, end, more] = (fields.get('Credential') ?? '').split('/');
  const signedHeaders = fields.get('SignedHeaders');
  const signature = fields.get('Signature');
  if (!accessKeyId || !day || !region || !service || end !== 'aws4_request' || more !== undefined) return undefined;
  if (!signedHeaders || !signature) return undefined;
  return { accessKeyId, day, region, service, signedHeaders: signedHeaders.split(';'), signature };
};

/** `20260301T100000Z` as an instant, or undefined. */
export const amzDateOf = (text: string): number | undefined => {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match.map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
};

export const amzDateText = (instant: number): string =>
  new Date(instant)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(/[-:]/g, '');

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest();

const encoded = (raw: string): string =>
  encodeURIComponent(raw).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

const canonicalQuery = (query: string): string =>
  [...new URLSearchParams(query)]
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .toSorted()
    .join('&');

const canonicalRequest = ({ method, path, query, headers, body }: Incoming, signedHeaders: readonly string[]): string =>
  [
    method,
    path === '' ? '/' : path,
    canonicalQuery(query),
    ...signedHeaders.map((name) => `${name}:${(headers[name] ?? '').trim().replaceAll(/ +/g, ' ')}`),
    '',
    signedHeaders.join(';'),
    sha256(body),
  ].join('\n');

/** The signature that the holder of `secret` would have made. */
export const signatureOf = (incoming: Incoming, authorization: Authorization, date: string, secret: string): string => {
  const { day, region, service, signedHeaders } = authorization;
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = [ALGORITHM, date, scope, sha256(canonicalRequest(incoming, signedHeaders))].join('\n');
  const key = [region, service, 'aws4_request'].reduce(hmac, hmac(`AWS4${secret}`, day));
  return hmac(key, toSign).toString('hex');
};

export const isSignedBy = (incoming: Incoming, authorization: Authorization, date: string, secret: string): boolean => {
  const wanted = Buffer.from(signatureOf(incoming, authorization, date, secret));
  const given = Buffer.from(authorization.signature);
  return wanted.length === given.length && timingSafeEqual(wanted, given);
};
