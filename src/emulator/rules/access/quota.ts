import { error, type Refusal } from '../answer.ts';
import type { Change } from '../change.ts';
import type { Bucket, State } from '../state.ts';
import { type Instant, SECOND } from '../values/instant.ts';

/**
 * How many calls may come at once after a pause. AWS states rates only
 * (API reference, "AWS Marketplace Metering Service quotas"); assumed: one second's worth.
 */
const burstOf = (rate: number): number => Math.max(1, rate);

const refilled = (bucket: Bucket, rate: number, now: Instant): number =>
  Math.min(burstOf(rate), bucket.tokens + (Math.max(0, now - bucket.at) / SECOND) * rate);

export type Admission = { readonly refusal?: Refusal; readonly changes: readonly Change[] };

/**
 * MeterUsage 10 and RegisterUsage 5 a second for each account and Region, shared by all that sign for the account
 * (API reference, "AWS Marketplace Metering Service quotas"). The error is ThrottlingException at HTTP 400.
 */
export const admit = (state: State, account: string, region: string, operation: string, now: Instant): Admission => {
  const rate = state.settings.quota[operation];
  if (rate === undefined) return { changes: [] };
  const key = `${account} ${region} ${operation}`;
  const tokens = refilled(state.buckets.get(key) ?? { tokens: burstOf(rate), at: now }, rate, now);
  const taken = tokens >= 1;
  const change: Change = { type: 'bucket', key, bucket: { tokens: taken ? tokens - 1 : tokens, at: now } };
  return taken ? { changes: [change] } : { changes: [change], refusal: error('ThrottlingException', 'Rate exceeded') };
};
