import { constants, sign } from 'node:crypto';
import { type Instant, SECOND } from '../values/instant.ts';
import type { ProductKey, Settings } from '../world.ts';

/** What the vendor's software checks (API reference, RegisterUsage; user guide, "Java example: RegisterUsage"). */
export type Claims = {
  readonly productCode: string;
  readonly publicKeyVersion: number;
  readonly nonce?: string;
  readonly iat: number;
};

export const claimsOf = (productCode: string, version: number, nonce: string | undefined, now: Instant): Claims => ({
  productCode,
  publicKeyVersion: version,
  ...(nonce !== undefined && { nonce }),
  iat: Math.floor(now / SECOND),
});

/**
 * AWS's pages show `ProductCode` in the samples and read `productCode` in the Java code beside them;
 * assumed: the code is right. `iat` is in one sample of two and keeps its spelling in both.
 */
const spelled = (claims: Claims, spelling: Settings['keySpelling']): Readonly<Record<string, unknown>> => {
  if (spelling === 'lower') return claims;
  const { productCode, publicKeyVersion, nonce, iat } = claims;
  return {
    ProductCode: productCode,
    PublicKeyVersion: publicKeyVersion,
    ...(nonce !== undefined && { Nonce: nonce }),
    iat,
  };
};

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * A JWT signed with RSA-PSS and SHA-256 (API reference, RegisterUsage). The salt makes the bytes differ from run to
 * run; all that is signed is a function of the arguments.
 */
export const signToken = (claims: Claims, key: ProductKey, spelling: Settings['keySpelling']): string => {
  const text = `${part({ alg: 'PS256', typ: 'JWT' })}.${part(spelled(claims, spelling))}`;
  const signature = sign('sha256', Buffer.from(text), {
    key: key.privateKey,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  });
  return `${text}.${signature.toString('base64url')}`;
};
