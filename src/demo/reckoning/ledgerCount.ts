import { parse } from '../../agent/core/time/hour.ts';
import * as quantity from '../../agent/core/usage/quantity.ts';
import type { Sold } from '../dimensions.ts';

/** A line of `tollgate ledger export --format jsonl`, as far as it is read here. */
export type LedgerLine = {
  readonly kind: string;
  readonly hour: string;
  readonly dimension: string;
  readonly state: string | null;
  readonly quantity: string | null;
  readonly counted: string | null;
  readonly carried_out: string | null;
};

export type LedgerCount = {
  /** What reports said, in the app's own measure. */
  readonly counted: quantity.Quantity;
  /** Less than one unit, in the app's measure: it waits for the next hour, and at the end it is not billed. */
  readonly leftOver: quantity.Quantity;
  /** Units that AWS has given a receipt for. */
  readonly receipted: quantity.Quantity;
};

const read = (text: string | null): quantity.Quantity => (text === null ? quantity.ZERO : quantity.read(text));

const hourOf = ({ hour }: LedgerLine): number => parse(hour) ?? 0;

/** The last frozen hour's rest, and what later hours without a whole unit have added to it. */
const leftOverOf = (lines: readonly LedgerLine[]): quantity.Quantity => {
  const last = lines.findLast(({ kind }) => kind === 'record');
  const folded = lines.filter((line) => line.kind === 'folded' && (last === undefined || hourOf(line) > hourOf(last)));
  return quantity.sum([read(last?.carried_out ?? null), ...folded.map(({ counted }) => read(counted))]);
};

/** What the ledger says of one dimension. */
export const ledgerCount = (all: readonly LedgerLine[], { dimension, meter }: Sold): LedgerCount => {
  const lines = all.filter((line) => line.dimension === dimension);
  return {
    counted: quantity.sum(lines.map(({ counted }) => read(counted))),
    leftOver: meter === 'sum' ? leftOverOf(lines) : quantity.ZERO,
    receipted: quantity.sum(lines.filter(({ state }) => state === 'receipted').map((line) => read(line.quantity))),
  };
};
