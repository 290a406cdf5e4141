import { constants, verify } from 'node:crypto';
import type { PublicKey } from '../configuration/config.ts';

/** What a RegisterUsage token must say to count. */
export type Expected = { readonly productCode: string; readonly nonce: string; readonly key: PublicKey };

export type TokenCheck = { readonly ok: true } | { readonly ok: false; readonly why: string };

const bad = (why: string): TokenCheck => ({ ok: false, why });

const PART = /^[A-Za-z0-9_-]+$/;

const jsonOf = (part: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(part, 'base64url')));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
};

/**
 * Reads a claim in either spelling. AWS's own pages disagree (API reference, RegisterUsage: `ProductCode`; its Java
 * example: `productCode`), so both are taken; when a token has both, they must say the same.
 */
const claimOf = (payload: Record<string, unknown>, lower: string): { readonly value: unknown } | 'disagree' => {
  const upper = `${lower[0]?.toUpperCase()}${lower.slice(1)}`;
  const spellings = [lower, upper].filter((name) => Object.hasOwn(payload, name)).map((name) => payload[name]);
  if (spellings.length === 2 && String(spellings[0]) !== String(spellings[1])) return 'disagree';
  return { value: spellings[0] };
};

/** A version may come as a number or as its text; anything else is not a version. */
const versionOf = (value: unknown): number | undefined =>
  typeof value === 'number' || (typeof value === 'string' && /^[1-9]\d*$/.test(value)) ? Number(value) : undefined;

/**
 * Checks the signature that RegisterUsage answers: PS256 and nothing else (RSA-PSS with SHA-256 and a salt of 32 bytes),
 * by the product's own key, with exactly our product code, key version and nonce. There is no `exp` to look at.
 */
export const check = (token: string, { productCode, nonce, key }: Expected): TokenCheck => {
  const parts = token.split('.');
  const [header = '', payload = '', signature = ''] = parts;
  if (parts.length !== 3 || !parts.every((part) => PART.test(part))) return bad('it is no signed token');
  const head = jsonOf(header);
  if (head?.['alg'] !== 'PS256') return bad('it is not signed by PS256');
  if (Object.hasOwn(head, 'crit')) return bad('its header asks for extensions that nobody may ask for');
  const pss = { key: key.pem, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  const data = Buffer.from(`${header}.${payload}`);
  if (!verify('sha256', data, pss, Buffer.from(signature, 'base64url'))) {
    return bad(`its signature is not by the product's public key version ${key.version}`);
  }
  const claims = jsonOf(payload);
  if (claims === undefined) return bad('its payload is no JSON object');
  const product = claimOf(claims, 'productCode');
  const version = claimOf(claims, 'publicKeyVersion');
  const nonces = claimOf(claims, 'nonce');
  if (product === 'disagree' || version === 'disagree' || nonces === 'disagree') {
    return bad('it says a thing twice, and differently');
  }
  if (product.value !== productCode) return bad('it is for another product');
  if (versionOf(version.value) !== key.version) return bad('it is for another key version');
  if (nonces.value !== nonce) return bad('it answers another question (nonce)');
  return { ok: true };
};
