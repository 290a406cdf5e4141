import type { Outcome } from '../record/outcome.ts';
import { type Body, tokenOf } from '../record/record.ts';
import { allocationsOf } from '../tags/allocations.ts';
import { type Counts, ownShares } from '../tags/ownShares.ts';
import { addShares, divideShares, NO_SHARES, type Shares } from '../tags/shares.ts';
import type { Hour, Instant } from '../time/hour.ts';
import type { Definition } from './definition.ts';
import { meter } from './meter.ts';
import * as quantity from './quantity.ts';

/** An hour of one dimension as the ledger holds it before its first attempt. */
export type OpenHour = {
  readonly dimension: string;
  readonly hour: Hour;
  /** The oldest hour whose usage is in it. */
  readonly origin: Hour;
  readonly definition: Definition;
  /** Raw count of the reports. */
  readonly counted: quantity.Quantity;
  /** Units that came here from hours that could not be sent. */
  readonly moved: quantity.Quantity;
  /** Raw count that earlier hours of the dimension left over. */
  readonly carried: quantity.Quantity;
  /** The token of the record frozen last. */
  readonly previousToken: string;
  /** Absent while nothing of the dimension is tagged. */
  readonly tagged?: {
    /** Raw count of the reports by tag set. */
    readonly counts: Counts;
    /** Tag sets of the units that came here. */
    readonly moved: Shares;
    /** What earlier hours of the dimension owe each tag set, as a raw count. */
    readonly balances: Counts;
  };
};

export type FreezeRules = {
  readonly resource: string;
  /** The Timestamp on the wire: `stampOf(hour)`, or now for the last flush. */
  readonly timestamp: Instant;
  readonly maxPerHour: quantity.Quantity | undefined;
  /** Send a zero when there is nothing. */
  readonly zero: boolean;
  /** The last flush with `lastCarry: ceil`. */
  readonly ceil: boolean;
};

/** What freezing an hour comes to. Units are conserved: own + moved = quantity + toNext + held. */
export type Frozen = {
  /** Absent when there is nothing to send: the count stays in the carry. */
  readonly record: { readonly body: Body; readonly token: string } | undefined;
  /** Units made of this hour's own count and the carry. */
  readonly own: quantity.Quantity;
  readonly carry: quantity.Quantity;
  /** Units above what one record may say: they go to the next hour. */
  readonly toNext: quantity.Quantity;
  /** Units above `maxPerHour`: a person releases them. */
  readonly held: quantity.Quantity;
  /** Tag sets of the units that go elsewhere, and what each is owed from now on. Absent while nothing is tagged. */
  readonly tagged?: { readonly toNext: Shares; readonly held: Shares; readonly balances: Counts };
};

/** What is decided about an hour when it is frozen, and what becomes of its record when it is not sent at all. */
export type Freezing = { readonly frozen: Frozen; readonly instead?: Pick<Outcome, 'state' | 'units' | 'reason'> };

/** The most one record may say (API reference, MeterUsage: UsageQuantity, UsageQuantityAsDecimal). */
export const limitOf = (decimals: number): quantity.Quantity =>
  decimals === 0 ? quantity.of(2_147_483_647) : quantity.read('9999999999.999999');

/**
 * Where the tag sets of an hour's units go. What one record cannot say leaves it in proportion: from all sets alike, the
 * untagged bucket among them.
 */
const tagsOfFrozen = (
  { definition, counted, carried, tagged }: OpenHour,
  units: Readonly<Record<'own' | 'allowed' | 'total' | 'sendable', quantity.Quantity>>,
) => {
  if (tagged === undefined) return undefined;
  const { own, allowed, total, sendable } = units;
  const { shares, balances } = ownShares({ ...tagged, definition, counted, carried, own });
  const { now: passing, later: held } = divideShares(shares, own, allowed, definition.decimals);
  const here = addShares(passing, tagged.moved);
  const { now: recorded, later: toNext } = divideShares(here, total, sendable, definition.decimals);
  return { recorded, elsewhere: { toNext, held, balances } };
};

/** The moment of freezing: from here on the record's bytes never change. */
export const freeze = (open: OpenHour, rules: FreezeRules): Frozen => {
  const { definition, dimension, hour } = open;
  const { units: own, carry } = meter(definition, open.counted, open.carried, rules.ceil);
  // Units that come from elsewhere have passed the brake once, or a person has released them.
  const allowed = rules.maxPerHour === undefined ? own : quantity.min(own, rules.maxPerHour);
  const held = quantity.subtract(own, allowed);
  const total = quantity.add(allowed, open.moved);
  const sendable = quantity.divide(
    quantity.min(total, limitOf(definition.decimals)),
    quantity.of(1),
    definition.decimals,
    'down',
  );
  const toNext = quantity.subtract(total, sendable);
  const split = tagsOfFrozen(open, { own, allowed, total, sendable });
  const outcome = { own, carry, toNext, held, ...(split === undefined ? {} : { tagged: split.elsewhere }) };
  if (quantity.isZero(sendable) && quantity.isZero(own) && !rules.zero) return { ...outcome, record: undefined };
  const body: Body = {
    resource: rules.resource,
    product: definition.product,
    dimension,
    hour,
    timestamp: rules.timestamp,
    quantity: sendable,
    decimals: definition.decimals,
    allocations: allocationsOf(split?.recorded ?? NO_SHARES, sendable),
  };
  return { ...outcome, record: { body, token: tokenOf(body, open.previousToken) } };
};
