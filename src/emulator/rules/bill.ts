import type { Resource } from './caller.ts';
import type { MeteringRecord, Registration, State } from './state.ts';
import { hourText, type Instant, isoOf, MINUTE, SECOND } from './values/instant.ts';
import { fromDecimal, isDecimal, type Micros, textOf } from './values/quantity.ts';
import type { World } from './world.ts';

export type UsageLine = {
  readonly account: string;
  readonly product: string;
  readonly dimension: string;
  readonly quantity: string;
  readonly records: number;
  readonly hours: readonly { readonly hour: string; readonly resource: string; readonly quantity: string }[];
};

export type RegisteredLine = {
  readonly account: string;
  readonly product: string;
  readonly pricing: string;
  readonly resource: string;
  readonly launchedAt: string;
  readonly registeredAt: string;
  readonly stoppedAt: string | null;
  readonly seconds: number;
  readonly calls: number;
};

export type Bill = {
  readonly schema: 1;
  readonly usage: readonly UsageLine[];
  readonly registered: readonly RegisteredLine[];
};

const microsOf = (text: string): Micros => (isDecimal(text) ? fromDecimal(text) : 0n);

const lineOf = (records: readonly MeteringRecord[], first: MeteringRecord): UsageLine => ({
  account: first.account,
  product: first.product,
  dimension: first.dimension,
  quantity: textOf(records.reduce((total, { quantity }) => total + microsOf(quantity), 0n)),
  records: records.length,
  hours: records
    .toSorted((a, b) => a.hour - b.hour || (a.resource < b.resource ? -1 : 1))
    .map(({ hour, resource, quantity }) => ({ hour: hourText(hour), resource, quantity })),
});

/** "Usage prorated to the second. A minimum of 1 minute applies" (API reference, RegisterUsage). */
const LEAST_SECONDS = MINUTE / SECOND;

/**
 * From the task's launch to its end, or till now. Not stated whether launch or registration starts the count;
 * assumed: the launch, since software has to register at once.
 */
const secondsOf = ({ launchedAt, stoppedAt }: Pick<Resource, 'launchedAt' | 'stoppedAt'>, now: Instant): number =>
  Math.max(LEAST_SECONDS, Math.ceil(((stoppedAt ?? now) - launchedAt) / SECOND));

const registeredOf = (world: World, state: State, one: Registration, now: Instant): RegisteredLine => {
  const resource = state.resources.get(one.resource);
  const lived = { launchedAt: resource?.launchedAt ?? one.registeredAt, stoppedAt: resource?.stoppedAt };
  return {
    account: one.account,
    product: one.product,
    pricing: world.products[one.product]?.pricing ?? 'unknown',
    resource: one.resource,
    launchedAt: isoOf(lived.launchedAt),
    registeredAt: isoOf(one.registeredAt),
    stoppedAt: lived.stoppedAt === undefined ? null : isoOf(lived.stoppedAt),
    seconds: secondsOf(
      { launchedAt: lived.launchedAt, ...(lived.stoppedAt !== undefined && { stoppedAt: lived.stoppedAt }) },
      now,
    ),
    calls: one.calls,
  };
};

/** What would be invoiced: the sum over all resources for each account, product and dimension, exact. */
export const billOf = (world: World, state: State, now: Instant): Bill => {
  const groups = Map.groupBy(state.records.values(), ({ account, product, dimension }) =>
    JSON.stringify([account, product, dimension]),
  );
  return {
    schema: 1,
    usage: [...groups.values()].flatMap((records) => {
      const [first] = records;
      return first === undefined ? [] : [lineOf(records, first)];
    }),
    registered: [...state.registrations.values()].map((one) => registeredOf(world, state, one, now)),
  };
};
