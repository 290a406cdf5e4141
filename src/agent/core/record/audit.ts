import * as quantity from '../usage/quantity.ts';
import type { RecordState } from './record.ts';

/** Everything the ledger says of one dimension, added up. `raw` counts are what reports said, `units` what is billed. */
export type Account = {
  readonly dimension: string;
  /** Whether its raw counts can be proven: not those of a dimension that was both a sum and a maximum in an old ledger. */
  readonly provable: boolean;
  /** Raw: all that was ever acknowledged of meters that add up (sum, counter); of the others only units are conserved. */
  readonly acknowledged: quantity.Quantity;
  /** Raw: counted in hours that no record has been made of. */
  readonly open: quantity.Quantity;
  /** Raw: left over by frozen hours. */
  readonly carry: quantity.Quantity;
  /** Raw: never billed, on purpose. */
  readonly writtenOff: quantity.Quantity;
  /** Raw: what went into units, each record's own units by its own `per`. */
  readonly spent: quantity.Quantity;
  /** Units made of counts, over all records. */
  readonly made: quantity.Quantity;
  /** Units in records, by their state. */
  readonly records: Readonly<Partial<Record<RecordState, quantity.Quantity>>>;
  /** Units that wait in open hours. */
  readonly moved: quantity.Quantity;
  /** Units that wait for a person. */
  readonly held: quantity.Quantity;
};

/** The states whose units went elsewhere: they are counted where they are now. */
const GONE: readonly RecordState[] = ['moved', 'conflict'];

const unitsIn = (account: Account): quantity.Quantity =>
  quantity.sum(
    Object.entries(account.records)
      .filter(([state]) => !GONE.includes(state as RecordState))
      .map(([, units]) => units),
  );

/**
 * Whether everything that was acknowledged is in exactly one place. Answers one sentence for each equation that does not
 * hold; none when the account is right.
 */
export const audit = (account: Account): readonly string[] => {
  const { dimension, acknowledged, open, carry, writtenOff, spent, made, moved, held } = account;
  const findings: string[] = [];
  const accounted = quantity.sum([open, carry, writtenOff, spent]);
  if (account.provable && !quantity.equal(acknowledged, accounted)) {
    findings.push(
      `${dimension}: acknowledged ${quantity.format(acknowledged)}, but open + carried + written off + recorded is ${quantity.format(accounted)}`,
    );
  }
  const placed = quantity.sum([unitsIn(account), moved, held]);
  if (!quantity.equal(made, placed)) {
    findings.push(
      `${dimension}: ${quantity.format(made)} units were made, but ${quantity.format(placed)} are recorded, moved or held`,
    );
  }
  return findings;
};
