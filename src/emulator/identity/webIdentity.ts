import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import type { House } from '../house.ts';
import { isoOf, SECOND } from '../rules/values/instant.ts';
import type { Issuer } from '../rules/world.ts';
import { isSignedRs256, type Jwt, keyOfJwk, readJwt } from './jwt.ts';
import { accountOf, regionOfIssuer } from './names.ts';
import { CLUSTER_KEY, IRSA_AUDIENCE } from './podToken.ts';

/** STS's names for what is wrong with a token (STS API reference, AssumeRoleWithWebIdentity). */
export type TokenRefusal = {
  readonly name: 'InvalidIdentityToken' | 'ExpiredTokenException';
  readonly message: string;
};

/** What a pod's token says, once it is believed. */
export type PodIdentity = {
  readonly account: string;
  readonly region: string;
  readonly issuer: string;
  readonly subject: string;
  readonly audience: readonly string[];
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly pod: { readonly name: string; readonly uid: string };
  readonly issuedAt: number;
};

const CLAIMS = z.object({
  iss: z.string(),
  sub: z.string(),
  aud: z.union([z.string().transform((one) => [one]), z.array(z.string())]),
  exp: z.number(),
  iat: z.number(),
  'kubernetes.io': z.object({
    namespace: z.string(),
    pod: z.object({ name: z.string(), uid: z.string() }),
    serviceaccount: z.object({ name: z.string() }),
  }),
});

const KEY_SET = z.object({ keys: z.array(z.record(z.string(), z.unknown())) });

const invalid = (message: string): TokenRefusal => ({ name: 'InvalidIdentityToken', message });

/** The cluster of the world itself is an issuer in each Region. */
const ownIssuer = ({ world }: House, issuer: string): Issuer | undefined => {
  const region = regionOfIssuer(world, issuer);
  if (region === undefined) return undefined;
  const { name, privateKey } = world.clusters.eks;
  const jwk = createPublicKey(privateKey).export({ format: 'jwk' });
  const keys = [{ ...jwk, kid: CLUSTER_KEY }];
  return { issuer, account: accountOf(world), region, cluster: name, audience: IRSA_AUDIENCE, keys };
};

const readKeys = async ({ keys, jwks }: Issuer): Promise<Issuer['keys']> => {
  if (jwks === undefined) return keys;
  const text = /^https?:/.test(jwks) ? await (await fetch(jwks)).text() : await readFile(jwks, 'utf8');
  return KEY_SET.parse(JSON.parse(text)).keys;
};

/** Every key that could have signed: the one that the header names, or all of them when it names none. */
const keysFor = (keys: Issuer['keys'], { header }: Jwt): readonly KeyObject[] =>
  keys.filter(({ kid }) => header['kid'] === undefined || kid === header['kid']).map(keyOfJwk);

/**
 * Believes a pod's token, or says in STS's words why not. The order is assumed:
 * shape, issuer, signature, expiry, audience (the issuer's own, unless another is asked for).
 */
export const believe = async (house: House, token: string, audience?: string): Promise<PodIdentity | TokenRefusal> => {
  const jwt = readJwt(token);
  const claims = CLAIMS.safeParse(jwt?.payload);
  if (jwt === undefined || !claims.success)
    return invalid('The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)');
  const { iss, sub, aud, exp, iat, 'kubernetes.io': kubernetes } = claims.data;
  const issuer = house.world.issuers.find((one) => one.issuer === iss) ?? ownIssuer(house, iss);
  if (issuer === undefined) return invalid(`No OpenIDConnect provider found in your account for ${iss}`);
  let keys: readonly KeyObject[];
  try {
    keys = keysFor(await readKeys(issuer), jwt);
  } catch {
    return invalid(
      "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements",
    );
  }
  if (!keys.some((key) => isSignedRs256(jwt, key)))
    return invalid('The web identity token provided could not be validated');
  const now = house.clock.now();
  if (now >= exp * SECOND) {
    return {
      name: 'ExpiredTokenException',
      message: `Token expired: current date/time ${isoOf(now)} must be before the expiration date/time ${isoOf(exp * SECOND)}`,
    };
  }
  if (!aud.includes(audience ?? issuer.audience)) return invalid('Incorrect token audience');
  return {
    account: issuer.account,
    region: issuer.region,
    issuer: iss,
    subject: sub,
    audience: aud,
    namespace: kubernetes.namespace,
    serviceAccount: kubernetes.serviceaccount.name,
    pod: kubernetes.pod,
    issuedAt: iat * SECOND,
  };
};
