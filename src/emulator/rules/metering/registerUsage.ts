import { checkEntitlement } from '../access/entitlement.ts';
import { checkPlatform } from '../access/platform.ts';
import { productOf, wrongProduct } from '../access/product.ts';
import { checkEnabled, checkRegion } from '../access/region.ts';
import { accept, type Decision, error, type Refusal, refuse } from '../answer.ts';
import type { Caller, Resource } from '../caller.ts';
import { pair, type Registration, type State } from '../state.ts';
import { type Instant, SECOND } from '../values/instant.ts';
import { type Findings, integerOf, stringOf } from '../values/shape.ts';
import type { World } from '../world.ts';
import { PRODUCT_CODE } from './meterUsage.ts';
import { claimsOf, signToken } from './token.ts';

export type RegisterUsageIn = { readonly productCode: string; readonly version: number; readonly nonce?: string };

/** Reads the members of RegisterUsage (API model). */
export const readRegisterUsage = (found: Findings, body: Readonly<Record<string, unknown>>): RegisterUsageIn => {
  const nonce = stringOf(found, body, '', 'Nonce', { max: 255 });
  return {
    productCode: stringOf(found, body, '', 'ProductCode', { required: true, ...PRODUCT_CODE }) ?? '',
    version: integerOf(found, body, '', 'PublicKeyVersion', { required: true, min: 1 }) ?? 0,
    ...(nonce !== undefined && { nonce }),
  };
};

const registered = (state: State, resource: Resource, product: string, now: Instant): Registration => {
  const earlier = state.registrations.get(pair(resource.id, product));
  return {
    account: resource.account,
    product,
    resource: resource.id,
    registeredAt: earlier?.registeredAt ?? now,
    calls: (earlier?.calls ?? 0) + 1,
  };
};

/** As MeterUsage's checks, without the usage; the order is assumed in the same way. */
const checkRegistration = (
  world: World,
  state: State,
  caller: Caller,
  region: string,
  code: string,
): Refusal | undefined => {
  const { resource } = caller;
  const product = productOf(world, code);
  const platform = checkPlatform(caller, 'RegisterUsage', code, product);
  if (platform !== undefined || resource === undefined) return platform;
  const place =
    checkEnabled(world.regions, resource.kind, region) ?? checkRegion('RegisterUsage', region, resource.region);
  if (place !== undefined) return place;
  if (product === undefined) return wrongProduct(code);
  return checkEntitlement(state, resource.account, resource.id, code, product);
};

/**
 * The task or pod is metered from now on by AWS itself, and the signed answer proves the subscription
 * (API reference, RegisterUsage). PublicKeyRotationTimestamp comes only once the version sent has been rotated.
 */
export const registerUsage = (
  world: World,
  state: State,
  caller: Caller,
  region: string,
  { productCode, version, nonce }: RegisterUsageIn,
  now: Instant,
): Decision => {
  const refusal = checkRegistration(world, state, caller, region, productCode);
  if (refusal !== undefined || caller.resource === undefined) return refuse(refusal ?? wrongProduct(productCode));
  const key = state.keys.get(productCode)?.find((one) => one.version === version);
  if (key === undefined) return refuse(error('InvalidPublicKeyVersionException', 'Public Key version is invalid.'));
  const signature = signToken(claimsOf(productCode, version, nonce, now), key, state.settings.keySpelling);
  const { resource } = caller;
  return accept(
    {
      Signature: signature,
      ...(key.rotatedAt !== undefined && { PublicKeyRotationTimestamp: key.rotatedAt / SECOND }),
    },
    [
      { type: 'registration', registration: registered(state, resource, productCode, now) },
      { type: 'known', resource: resource.id, product: productCode },
    ],
  );
};
