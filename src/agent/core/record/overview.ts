import type { Hour, Instant } from '../time/hour.ts';
import type { Quantity } from '../usage/quantity.ts';
import type { MeterRecord, RecordState } from './record.ts';

/** One dimension's figures, as they are kept with every change. */
export type DimensionOverview = {
  readonly name: string;
  /** Raw: counted in hours that no record has been made of. */
  readonly open: Quantity;
  /** Raw: left over by frozen hours. */
  readonly carry: Quantity;
  /** Units that wait for a person. */
  readonly held: Quantity;
  /** The level of an average, as it was reported last. */
  readonly level?: Quantity;
  /** Units in records, by their state. */
  readonly units: Readonly<Partial<Record<RecordState, Quantity>>>;
};

/** A counter's series that is not counted until a person frees it. */
export type HeldSeries = {
  readonly dimension: string;
  readonly source: string;
  readonly since: Instant;
  /** The last reading that counted. */
  readonly reading: string;
};

/** Something that was acknowledged and is gone with a ledger that was lost; stated until a person acknowledges it. */
export type Loss = { readonly id: number; readonly at: Instant; readonly what: string };

/** What the status shows of the ledger; reading it does not take longer as the ledger grows. */
export type LedgerOverview = {
  /** Hours that no record has been made of: raw count, and units that were moved there. */
  readonly open: readonly {
    readonly dimension: string;
    readonly hour: Hour;
    readonly counted: Quantity;
    readonly moved: Quantity;
  }[];
  /** Records that AWS has not receipted and that did not move, oldest first. */
  readonly records: readonly MeterRecord[];
  /** The newest receipt of each dimension. */
  readonly lastReceipts: readonly MeterRecord[];
  readonly dimensions: readonly DimensionOverview[];
  /** How many records are in each state. */
  readonly states: Readonly<Partial<Record<RecordState, number>>>;
  readonly heldSeries: readonly HeldSeries[];
  /** What was lost and nobody has acknowledged. */
  readonly losses: readonly Loss[];
};
