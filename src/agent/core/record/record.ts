import { createHash } from 'node:crypto';
import type { Allocation } from '../tags/allocations.ts';
import type { Hour, Instant } from '../time/hour.ts';
import type { Quantity } from '../usage/quantity.ts';
import * as quantity from '../usage/quantity.ts';

/**
 * Where a record is in its life.
 *
 * - `sending`: an attempt is under way, or the process died in one: AWS may have it.
 * - `waiting`: no attempt is under way; it will be sent again.
 * - `receipted`: AWS has it; the end.
 * - `shadow`: metering.mode is shadow: it would have been sent; the end.
 * - `conflict`: AWS holds another record for this hour; our units went to `movedTo` or are held.
 * - `moved`: the hour could not be sent any more; its units went to `movedTo`.
 * - `quarantined`: AWS may have it, or must not be asked; a person decides (`tollgate ledger resolve`).
 * - `held`: its ClientToken was refused as used with other content; a person decides.
 */
export type RecordState =
  | 'sending'
  | 'waiting'
  | 'receipted'
  | 'shadow'
  | 'conflict'
  | 'moved'
  | 'quarantined'
  | 'held';

/** The states in which a record still has to go to AWS. */
export const isUnsettled = (state: RecordState): boolean => state === 'sending' || state === 'waiting';

/** What never changes once an hour is frozen: the bytes that go to AWS follow from it alone. */
export type Body = {
  readonly resource: string;
  readonly product: string;
  readonly dimension: string;
  readonly hour: Hour;
  /** The Timestamp on the wire, within the hour. */
  readonly timestamp: Instant;
  readonly quantity: Quantity;
  /** 0: goes out as a whole number; else as a decimal. */
  readonly decimals: number;
  /** The quantity by tag set, in order of their texts; none when nothing is tagged. */
  readonly allocations: readonly Allocation[];
};

/** A record without its allocations, which may be large: whoever sends it has them (`WholeRecord`). */
export type MeterRecord = Omit<Body, 'allocations'> & {
  /** The ClientToken: 64 hex digits, the record's name everywhere. */
  readonly token: string;
  readonly state: RecordState;
  /** Whether some attempt may have been stored by AWS without our knowing. */
  readonly doubt: boolean;
  readonly attempts: number;
  /** What the last attempt came to, in one line. */
  readonly lastAnswer: string | undefined;
  /** AWS's MeteringRecordId. */
  readonly recordId: string | undefined;
  readonly movedTo: Hour | undefined;
  /** Why it is quarantined, held, moved or in conflict. */
  readonly reason: string | undefined;
};

/** A record as it goes to AWS. */
export type WholeRecord = MeterRecord & Pick<Body, 'allocations'>;

/** The token before the first one. */
export const GENESIS = '0'.repeat(64);

/**
 * The ClientToken of a record: SHA-256 over the record and the token before it. AWS takes 1 to 64 characters (API
 * reference, MeterUsage) and keeps the token in the buyer's CloudTrail, where nobody can rewrite the chain.
 */
export const tokenOf = (body: Body, previous: string): string =>
  createHash('sha256')
    .update(
      JSON.stringify([
        previous,
        body.resource,
        body.product,
        body.dimension,
        body.hour,
        Math.floor(body.timestamp / 1000),
        quantity.format(body.quantity),
        body.decimals,
        ...(body.allocations.length === 0
          ? []
          : [body.allocations.map(({ tags, units }) => [tags, quantity.format(units)])]),
      ]),
    )
    .digest('hex');
