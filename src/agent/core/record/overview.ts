import type { Hour } from '../time/hour.ts';
import type { Quantity } from '../usage/quantity.ts';
import type { MeterRecord } from './record.ts';

/** What the status shows of the ledger. */
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
  /** How many records are in each state. */
  readonly states: Readonly<Record<string, number>>;
};
