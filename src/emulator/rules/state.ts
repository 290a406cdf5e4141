import type { Resource, ResourceKind, Session } from './caller.ts';
import type { Hour, Instant } from './values/instant.ts';
import type { ProductKey, Settings, World } from './world.ts';

/**
 * All that has happened. Owned by whoever made it: rules only read it and answer with changes,
 * `apply` (change.ts) is the one function that writes. Everything in it is JSON inside Maps.
 */
export type State = {
  readonly records: Map<string, MeteringRecord>;
  readonly tokens: Map<string, UsedToken>;
  /** `resource product` of everyone whose first call was accepted. */
  readonly known: Set<string>;
  readonly registrations: Map<string, Registration>;
  readonly subscriptions: Set<string>;
  readonly keys: Map<string, readonly ProductKey[]>;
  readonly resources: Map<string, Resource>;
  readonly sessions: Map<string, Session>;
  readonly buckets: Map<string, Bucket>;
  settings: Settings;
};

/** A record that AWS has accepted: it never changes (API reference, MeterUsage). */
export type MeteringRecord = {
  readonly recordId: string;
  readonly operation: 'MeterUsage' | 'BatchMeterUsage';
  readonly account: string;
  readonly region: string;
  readonly product: string;
  readonly dimension: string;
  /** Task ARN, pod uid, instance id; for BatchMeterUsage the customer. */
  readonly resource: string;
  readonly kind: ResourceKind | 'customer';
  readonly hour: Hour;
  readonly timestamp: Instant;
  readonly quantity: string;
  readonly allocations: readonly Allocation[];
  readonly clientToken?: string;
  readonly acceptedAt: Instant;
};

export type Allocation = { readonly quantity: string; readonly tags: readonly Tag[] };
export type Tag = { readonly key: string; readonly value: string };

export type UsedToken = { readonly fingerprint: string; readonly recordId: string };

/** A task or pod whose hours AWS counts by itself from now on (API reference, RegisterUsage). */
export type Registration = {
  readonly account: string;
  readonly product: string;
  readonly resource: string;
  readonly registeredAt: Instant;
  readonly calls: number;
};

/** A token bucket of one account, Region and operation. */
export type Bucket = { readonly tokens: number; readonly at: Instant };

/** Names a pair in the state's sets; neither half has a space in it. */
export const pair = (left: string, right: string): string => `${left} ${right}`;

/** The state on the world's first day. */
export const firstState = (world: World): State => ({
  records: new Map(),
  tokens: new Map(),
  known: new Set(),
  registrations: new Map(),
  subscriptions: new Set(
    Object.entries(world.accounts).flatMap(([account, { subscriptions }]) =>
      subscriptions.map((product) => pair(account, product)),
    ),
  ),
  keys: new Map(Object.entries(world.products).map(([code, { keys }]) => [code, keys])),
  resources: new Map(),
  sessions: new Map(),
  buckets: new Map(),
  settings: world.settings,
});
