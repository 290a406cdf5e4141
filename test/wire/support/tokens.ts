import { constants, createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { no, type Reply, type WireRequest, yes } from '../../support/scriptedAws.ts';

/** A vendor's key pair, as AWS would have made it. */
export type Keys = { readonly privateKey: KeyObject; readonly publicKey: KeyObject; readonly pem: string };

export const makeKeys = (bits = 2048): Keys => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  return { privateKey, publicKey, pem: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
};

export const base64url = (value: string | Buffer): string => Buffer.from(value).toString('base64url');

/** What RegisterUsage was asked. */
export const asked = (request: WireRequest) =>
  JSON.parse(request.body) as { ProductCode: string; PublicKeyVersion: number; Nonce: string };

export const claims = (request: WireRequest): Record<string, unknown> => {
  const { ProductCode, PublicKeyVersion, Nonce } = asked(request);
  return { productCode: ProductCode, publicKeyVersion: PublicKeyVersion, nonce: Nonce };
};

export const pss = (data: string, { privateKey }: Pick<Keys, 'privateKey'>, saltLength = 32): string =>
  sign('sha256', Buffer.from(data), { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }).toString(
    'base64url',
  );

/** A PS256 token over any payload. */
export const ps256 = (payload: string | object, keys: Keys, header: object = { alg: 'PS256', typ: 'JWT' }): string => {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const data = `${base64url(JSON.stringify(header))}.${base64url(text)}`;
  return `${data}.${pss(data, keys)}`;
};

export const rs256 = (payload: object, { privateKey }: Keys): string => {
  const data = `${base64url('{"alg":"RS256","typ":"JWT"}')}.${base64url(JSON.stringify(payload))}`;
  return `${data}.${sign('sha256', Buffer.from(data), privateKey).toString('base64url')}`;
};

/** The old trick: the public key as the secret of an HMAC. */
export const hs256 = (payload: object, { pem }: Keys): string => {
  const data = `${base64url('{"alg":"HS256","typ":"JWT"}')}.${base64url(JSON.stringify(payload))}`;
  return `${data}.${createHmac('sha256', pem).update(data).digest('base64url')}`;
};

export const registered = (signature: string): Reply => yes({ PublicKeyRotationTimestamp: null, Signature: signature });

/** A true answer to RegisterUsage, as AWS would give it. */
export const trulySigned =
  (keys: Keys, version = 1) =>
  (request: WireRequest): Reply =>
    asked(request).PublicKeyVersion === version
      ? registered(ps256(claims(request), keys))
      : no('InvalidPublicKeyVersionException');
