import type { Outcome } from '../record/outcome.ts';
import { type Body, tokenOf } from '../record/record.ts';
import { allocationsOf } from '../tags/allocations.ts';
import { type Counts, ownShares } from '../tags/ownShares.ts';
import { divideShares, NO_SHARES, type Shares } from '../tags/shares.ts';
import type { Hour, Instant } from '../time/hour.ts';
import type { Definition } from './definition.ts';
import { carriedPerUnit, meter } from './meter.ts';
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
  /** Units of this very hour that those who held the ledger before have recorded: a maximum is not billed by each of them. */
  readonly already?: quantity.Quantity;
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
  /**
   * The record is never sent itself, so AWS's limit is not its own: it says all there is. What is refused, quarantined or
   * moved would else leave its excess in the next hour, to be billed there.
   */
  readonly whole?: boolean;
};

/** What freezing an hour comes to. Units are conserved: own + moved = quantity + toNext + held. */
export type Frozen = {
  /** Absent when there is nothing to send: the count stays in the carry. */
  readonly record: { readonly body: Body; readonly token: string } | undefined;
  /** Units made of this hour's own count and the carry, less what went back into the carry. */
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
  const here = quantity.addEach(passing, tagged.moved);
  const { now: recorded, later: toNext } = divideShares(here, total, sendable, definition.decimals);
  return { recorded, elsewhere: { toNext, held, balances } };
};

const floorTo = (decimals: number, units: quantity.Quantity): quantity.Quantity =>
  quantity.divide(units, quantity.of(1), decimals, 'down');

/** The moment of freezing: from here on the record's bytes never change. */
export const freeze = (open: OpenHour, rules: FreezeRules): Frozen => {
  const { definition, dimension, hour } = open;
  const { decimals } = definition;
  // Units of a time with more decimals hold parts that no record can say any more: they become raw count again, so that
  // they do not move from hour to hour for ever.
  const moved = floorTo(decimals, open.moved);
  const rest = quantity.subtract(open.moved, moved);
  const carried = quantity.add(open.carried, quantity.multiply(rest, carriedPerUnit(definition)));
  const { units, carry } = meter(definition, open.counted, carried, rules.ceil);
  const made = quantity.max(quantity.subtract(units, open.already ?? quantity.ZERO), quantity.ZERO);
  const own = quantity.subtract(made, rest);
  // Units that come from elsewhere have passed the brake once, or a person has released them.
  const allowed = rules.maxPerHour === undefined ? made : quantity.min(made, floorTo(decimals, rules.maxPerHour));
  const held = quantity.subtract(made, allowed);
  const total = quantity.add(allowed, moved);
  const sendable = rules.whole === true ? total : quantity.min(total, floorTo(decimals, limitOf(decimals)));
  const toNext = quantity.subtract(total, sendable);
  const split = tagsOfFrozen({ ...open, carried }, { own: made, allowed, total, sendable });
  const outcome = { own, carry, toNext, held, ...(split === undefined ? {} : { tagged: split.elsewhere }) };
  if (quantity.isZero(sendable) && quantity.isZero(made) && !rules.zero) return { ...outcome, record: undefined };
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
