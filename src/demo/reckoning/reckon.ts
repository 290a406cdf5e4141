import * as quantity from '../../agent/core/usage/quantity.ts';
import type { Sold } from '../dimensions.ts';
import type { Entry } from '../journal.ts';
import { appCount } from './appCount.ts';
import { type Bill, billed, dimensionsOn } from './bill.ts';
import { type LedgerLine, ledgerCount } from './ledgerCount.ts';

/** The three books of one home. */
export type Books = {
  readonly home: string;
  /** The task's ARN, the pod's UID, the instance's id: how the bill names it. */
  readonly resource: string;
  readonly app: readonly Entry[];
  readonly ledger: readonly LedgerLine[];
};

/** One dimension of one home, laid side by side. All but `billed` in the app's own measure. */
export type Row = {
  readonly dimension: string;
  readonly home: string;
  readonly counted: quantity.Quantity;
  readonly inLedger: quantity.Quantity;
  /** Units on the bill, each of them `per` of what the app counts. */
  readonly billed: quantity.Quantity;
  readonly per: quantity.Quantity;
  readonly leftOver: quantity.Quantity;
  readonly difference: quantity.Quantity;
};

const apart = (a: quantity.Quantity, b: quantity.Quantity): quantity.Quantity =>
  quantity.subtract(quantity.max(a, b), quantity.min(a, b));

/**
 * How far the three are apart: app from ledger, and ledger from bill (each unit for what it stands for, and what is left
 * over). Gaps add up and never make up for each other: zero means that all three agree.
 */
export const differenceOf = ({ counted, inLedger, billed: units, per, leftOver }: Omit<Row, 'difference'>) =>
  quantity.add(apart(counted, inLedger), apart(inLedger, quantity.add(quantity.multiply(units, per), leftOver)));

const rowOf = (row: Omit<Row, 'difference'>): Row => ({ ...row, difference: differenceOf(row) });

/** On the bill under a resource that is none of ours, or a dimension that we do not sell. */
const ELSEWHERE = 'somebody else';

/** Every dimension of every home, and a row for each dimension of which the bill knows more than we do. */
export const reckon = (sold: readonly Sold[], homes: readonly Books[], bill: Bill): readonly Row[] => {
  const ours = (dimension: Sold): readonly Row[] =>
    homes.map(({ home, resource, app, ledger }) => {
      const { counted: inLedger, leftOver } = ledgerCount(ledger, dimension);
      return rowOf({
        dimension: dimension.dimension,
        home,
        counted: appCount(app, dimension),
        inLedger,
        billed: billed(bill, dimension.dimension, (billedTo) => billedTo === resource),
        per: dimension.per,
        leftOver,
      });
    });
  const resources = new Set(homes.map(({ resource }) => resource));
  const strays = dimensionsOn(bill).flatMap((dimension) => {
    const known = sold.find((one) => one.dimension === dimension);
    const units = billed(bill, dimension, (resource) => known === undefined || !resources.has(resource));
    if (quantity.isZero(units)) return [];
    const nothing = { counted: quantity.ZERO, inLedger: quantity.ZERO, leftOver: quantity.ZERO };
    return [rowOf({ dimension, home: ELSEWHERE, billed: units, per: known?.per ?? quantity.of(1), ...nothing })];
  });
  return [...sold.flatMap(ours), ...strays];
};

/** Whether everything that was counted is on the bill, once. */
export const isEven = (rows: readonly Row[]): boolean => rows.every(({ difference }) => quantity.isZero(difference));
