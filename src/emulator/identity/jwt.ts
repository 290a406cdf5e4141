import { createPublicKey, type JsonWebKey, type KeyObject, sign, verify } from 'node:crypto';

export type Payload = Readonly<Record<string, unknown>>;
export type Jwt = {
  readonly header: Payload;
  readonly payload: Payload;
  readonly signed: string;
  readonly signature: Buffer;
};

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const decode = (part: string): Payload | undefined => {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Payload) : undefined;
  } catch {
    return undefined;
  }
};

/** Takes a token apart without believing it. */
export const readJwt = (token: string): Jwt | undefined => {
  const [head, body, signature, more] = token.trim().split('.');
  if (head === undefined || body === undefined || signature === undefined || more !== undefined) return undefined;
  const header = decode(head);
  const payload = decode(body);
  if (header === undefined || payload === undefined) return undefined;
  return { header, payload, signed: `${head}.${body}`, signature: Buffer.from(signature, 'base64url') };
};

export const signRs256 = (payload: Payload, privateKey: string, kid: string): string => {
  const signed = `${encode({ alg: 'RS256', kid })}.${encode(payload)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`;
};

export const isSignedRs256 = ({ header, signed, signature }: Jwt, key: KeyObject): boolean =>
  header['alg'] === 'RS256' && verify('sha256', Buffer.from(signed), key, signature);

/** A key of a JWKS document. */
export const keyOfJwk = (jwk: Payload): KeyObject => createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
