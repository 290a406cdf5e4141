import { randomBytes } from 'node:crypto';
import type { Config } from '../../core/configuration/config.ts';
import { type Hour, hourOf } from '../../core/time/hour.ts';
import type { SentHour } from './disk/sentHours.ts';
import type { Aside } from './disk/setAside.ts';
import { countLevels, forgetStrangeLevels, restartStrangeSeries } from './levelHours.ts';
import { noticeStepBack, startAfterLoss } from './rows/losses.ts';
import type { Store } from './rows/store.ts';
import { leaveShadow, type Owner, takeOver } from './takeOver.ts';

/** What lay beside the file: the one that was set aside in its place, and the hours that were sent. */
export type Surroundings = { readonly aside: Aside | undefined; readonly lines: readonly SentHour[] | undefined };

/** What a process learns of the ledger on which it begins. */
export type Beginning = { readonly id: string; readonly firstHour: Hour; readonly crashedBefore: boolean };

/**
 * A process begins on a ledger, within a transaction: takes it over as its owner, and states what is lost when it is not the
 * one that was here.
 */
export const beginOn = (
  store: Store,
  owner: Omit<Owner, 'firstHour'>,
  { aside, lines }: Surroundings,
  { product, policies }: { readonly product: string; readonly policies: Config['metering'] },
): Beginning => {
  const { meta } = store;
  const { now, resource } = owner;
  const known = meta.get('id');
  const crashedBefore = meta.get('open') === 'yes';
  const id = known ?? randomBytes(8).toString('hex');
  meta.set('id', id);
  meta.set('open', 'yes');
  const firstHour = takeOver(store, { ...owner, firstHour: hourOf(now) }, policies);
  forgetStrangeLevels(store);
  restartStrangeSeries(store, now);
  countLevels(store, now);
  if (known !== undefined) noticeStepBack(store, resource, lines ?? [], now);
  else if (aside !== undefined || lines !== undefined) startAfterLoss(store, aside, lines ?? [], now);
  if (meta.get('mode') === 'shadow' && policies.mode === 'send') leaveShadow(store, resource, now);
  meta.set('mode', policies.mode);
  meta.set('product', product);
  meta.set('last_write', String(now));
  return { id, firstHour, crashedBefore };
};
