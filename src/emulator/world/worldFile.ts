import * as z from 'zod';
import { durationOf } from '../duration.ts';
import { FAULT } from '../faults/fault.ts';

/** `90s`, `1h`; milliseconds come out. */
const duration = z.string().transform((text, context) => {
  const value = durationOf(text);
  if (value !== undefined) return value;
  context.addIssue({ code: 'custom', message: `"${text}" is no duration; write 90s, 10m or 1h` });
  return z.NEVER;
});

const accountId = z.string().regex(/^\d{12}$/, 'an account has twelve digits; write it in quotes');

const dimension = z.strictObject({ decimals: z.boolean().default(true) });

const key = z.strictObject({
  version: z.int().min(1),
  /** A private key in PEM; the world file is for tests only. */
  pem: z.string().optional(),
  file: z.string().optional(),
  rotatedAt: z.iso.datetime({ offset: true }).optional(),
});

const product = z.strictObject({
  id: z.string().default('prod-example00000001'),
  seller: accountId.optional(),
  pricing: z.enum(['usage', 'hourly', 'monthly', 'byol', 'free']).default('usage'),
  delivery: z.array(z.enum(['container', 'ami', 'saas'])).default(['container']),
  published: z.boolean().default(true),
  dimensions: z.union([z.literal('any'), z.array(z.string()), z.record(z.string(), dimension)]).default('any'),
  keys: z.array(key).optional(),
});

const role = z.strictObject({
  account: accountId.optional(),
  actions: z.array(z.string()).default(['RegisterUsage', 'MeterUsage']),
  trust: z
    .strictObject({
      sub: z.string().optional(),
      aud: z.string().optional(),
      services: z.array(z.string()).optional(),
    })
    .optional(),
});

const user = z.strictObject({
  account: accountId,
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  actions: z.array(z.string()).default(['*']),
});

const issuer = z.strictObject({
  issuer: z.string(),
  account: accountId.optional(),
  region: z.string().default('us-east-1'),
  cluster: z.string().default('cluster'),
  audience: z.string().default('sts.amazonaws.com'),
  keys: z.array(z.record(z.string(), z.unknown())).default([]),
  jwks: z.string().optional(),
});

const customer = z.strictObject({
  identifier: z.string().optional(),
  account: accountId,
  product: z.string(),
  licenseArn: z.string(),
  agreementId: z.string().default('agmt-example0000000000001'),
  subscribed: z.boolean().default(true),
  tokens: z.array(z.strictObject({ value: z.string(), expired: z.boolean().default(false) })).default([]),
});

/** What a fault looks like in a world file: as on the command line, durations in words. */
const fault = z.strictObject({ ...FAULT.shape, for: duration.optional(), latency: duration.optional() });

/** A world file. Every part may be left out; what is named is put over the default world, name by name. */
export const WORLD_FILE = z.strictObject({
  settings: z
    .strictObject({
      quota: z.record(z.string(), z.number().gt(0)).optional(),
      dryRun: z
        .strictObject({
          answer: z.enum(['ok', 'DryRunOperation']).optional(),
          checks: z.enum(['all', 'permission']).optional(),
          denied: z.enum(['AccessDeniedException', 'UnauthorizedException']).optional(),
        })
        .optional(),
      keySpelling: z.enum(['lower', 'upper']).optional(),
      clockSkew: duration.optional(),
      credentialLife: duration.optional(),
      tokenLife: duration.optional(),
    })
    .optional(),
  accounts: z.record(accountId, z.strictObject({ subscriptions: z.array(z.string()).default([]) })).optional(),
  products: z.record(z.string().regex(/^[-a-zA-Z0-9/=:_.@]+$/), product).optional(),
  roles: z.record(z.string(), role).optional(),
  users: z.record(z.string(), user).optional(),
  clusters: z.strictObject({ ecs: z.string().optional(), eks: z.string().optional() }).optional(),
  issuers: z.array(issuer).optional(),
  customers: z.array(customer).optional(),
  regions: z
    .strictObject({ container: z.array(z.string()).optional(), ami: z.array(z.string()).optional() })
    .optional(),
  faults: z.array(fault).optional(),
});

export type WorldFile = z.infer<typeof WORLD_FILE>;
