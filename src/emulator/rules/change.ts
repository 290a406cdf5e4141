import type { Resource, Session } from './caller.ts';
import { type Bucket, type MeteringRecord, pair, type Registration, type State, type UsedToken } from './state.ts';
import type { ProductKey, Settings } from './world.ts';

/** One thing that happened. Plain JSON, so that a state can be written down and read back line by line. */
export type Change =
  | { readonly type: 'record'; readonly key: string; readonly record: MeteringRecord }
  | { readonly type: 'token'; readonly key: string; readonly used: UsedToken }
  | { readonly type: 'known'; readonly resource: string; readonly product: string }
  | { readonly type: 'registration'; readonly registration: Registration }
  | { readonly type: 'subscribed'; readonly account: string; readonly product: string }
  | { readonly type: 'unsubscribed'; readonly account: string; readonly product: string }
  | { readonly type: 'keys'; readonly product: string; readonly keys: readonly ProductKey[] }
  | { readonly type: 'resource'; readonly resource: Resource }
  | { readonly type: 'session'; readonly session: Session }
  | { readonly type: 'settings'; readonly settings: Settings }
  | { readonly type: 'bucket'; readonly key: string; readonly bucket: Bucket };

/** Writes one change into a state that the caller owns. */
export const apply = (state: State, change: Change): void => {
  switch (change.type) {
    case 'record':
      state.records.set(change.key, change.record);
      return;
    case 'token':
      state.tokens.set(change.key, change.used);
      return;
    case 'known':
      state.known.add(pair(change.resource, change.product));
      return;
    case 'registration':
      state.registrations.set(pair(change.registration.resource, change.registration.product), change.registration);
      return;
    case 'subscribed':
      state.subscriptions.add(pair(change.account, change.product));
      return;
    case 'unsubscribed':
      state.subscriptions.delete(pair(change.account, change.product));
      return;
    case 'keys':
      state.keys.set(change.product, change.keys);
      return;
    case 'resource':
      state.resources.set(change.resource.id, change.resource);
      return;
    case 'session':
      state.sessions.set(change.session.accessKeyId, change.session);
      return;
    case 'settings':
      state.settings = change.settings;
      return;
    case 'bucket':
      state.buckets.set(change.key, change.bucket);
      return;
    default:
      change satisfies never;
  }
};

/** A quota's level says nothing of what happened: it is not worth writing down. */
export const isLasting = (change: Change): boolean => change.type !== 'bucket';

/** Whether a change puts something on somebody's bill. */
export const isUsage = (change: Change): boolean => change.type === 'record' || change.type === 'registration';
