import { createPublicKey } from 'node:crypto';
import * as z from 'zod';
import { accountOf } from '../identity/names.ts';
import { isoOf } from '../rules/values/instant.ts';
import type { ProductKey } from '../rules/world.ts';
import { AdminError, read } from './ask.ts';
import type { Desk, Route } from './desk.ts';

const SUBSCRIPTION = z.strictObject({ product: z.string(), account: z.string().optional() });
const ROTATE = z.strictObject({ product: z.string() });
const SETTINGS = z.strictObject({
  quota: z.record(z.string(), z.number().gt(0)).optional(),
  dryRun: z
    .strictObject({
      answer: z.enum(['ok', 'DryRunOperation']).optional(),
      checks: z.enum(['all', 'permission']).optional(),
      denied: z.enum(['AccessDeniedException', 'UnauthorizedException']).optional(),
    })
    .optional(),
  keySpelling: z.enum(['lower', 'upper']).optional(),
  clockSkew: z.number().min(0).optional(),
  credentialLife: z.number().gt(0).optional(),
  tokenLife: z.number().gt(0).optional(),
});

const keysOf = ({ house }: Desk, product: string): readonly ProductKey[] => {
  const keys = house.state.keys.get(product);
  if (keys === undefined) {
    throw new AdminError(
      404,
      `The world has no product "${product}"; it has ${[...house.state.keys.keys()].join(', ')}.`,
    );
  }
  return keys;
};

/** Only the public half ever leaves. */
const shownKey = (product: string, { version, privateKey, rotatedAt }: ProductKey) => ({
  product,
  version,
  pem: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }),
  rotatedAt: rotatedAt === undefined ? null : isoOf(rotatedAt),
});

const subscription =
  (type: 'subscribed' | 'unsubscribed'): Route =>
  (desk, { body }) => {
    const { house } = desk;
    const { product, account = accountOf(house.world) } = read(SUBSCRIPTION, body);
    keysOf(desk, product);
    house.commit([{ type, account, product }]);
    return { account, product, subscribed: type === 'subscribed' };
  };

/** What the world is like, and what can be changed in it while it runs. */
export const worldRoutes: Readonly<Record<string, Route>> = {
  'GET world': ({ house: { world, state } }) => ({
    accounts: Object.keys(world.accounts),
    products: Object.fromEntries(
      Object.entries(world.products).map(([code, { keys: _keys, ...product }]) => [code, product]),
    ),
    roles: world.roles,
    regions: world.regions,
    subscriptions: [...state.subscriptions]
      .map((one) => one.split(' '))
      .map(([account, product]) => ({ account, product })),
  }),
  'POST subscribe': subscription('subscribed'),
  'POST unsubscribe': subscription('unsubscribed'),
  'GET keys': (desk, { query }) => {
    const product = query.get('product');
    const codes = product === null ? [...desk.house.state.keys.keys()] : [product];
    return { keys: codes.flatMap((code) => keysOf(desk, code).map((key) => shownKey(code, key))) };
  },
  'POST rotate-key': (desk, { body }) => {
    const { product } = read(ROTATE, body);
    const { house, newKey } = desk;
    const keys = keysOf(desk, product);
    const next: ProductKey = { version: Math.max(0, ...keys.map(({ version }) => version)) + 1, privateKey: newKey() };
    const rotatedAt = house.clock.now();
    house.commit([{ type: 'keys', product, keys: [...keys.map((key) => ({ rotatedAt, ...key })), next] }]);
    return { key: shownKey(product, next) };
  },
  'GET settings': ({ house }) => house.state.settings,
  'POST settings': ({ house }, { body }) => {
    const { quota, dryRun, ...rest } = read(SETTINGS, body);
    const now = house.state.settings;
    const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
    const wanted = Object.fromEntries(Object.entries(dryRun ?? {}).filter(([, value]) => value !== undefined));
    const settings = { ...now, ...given, quota: { ...now.quota, ...quota }, dryRun: { ...now.dryRun, ...wanted } };
    house.commit([{ type: 'settings', settings }]);
    return settings;
  },
};
