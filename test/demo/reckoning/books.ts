import * as quantity from '../../../src/agent/core/usage/quantity.ts';
import type { Sold } from '../../../src/demo/dimensions.ts';
import type { Entry } from '../../../src/demo/journal.ts';
import type { Bill } from '../../../src/demo/reckoning/bill.ts';
import type { LedgerLine } from '../../../src/demo/reckoning/ledgerCount.ts';

export const REQUESTS: Sold = { dimension: 'requests', meter: 'sum', per: quantity.of(10), decimals: 0 };
export const DATA: Sold = { dimension: 'data_gb', meter: 'sum', per: quantity.of(1), decimals: 3 };
export const USERS: Sold = { dimension: 'users', meter: 'max', per: quantity.of(1), decimals: 0 };

export const instant = (time: string): number => Date.parse(`2026-03-01T${time}:00Z`);

let ids = 0;

/** A report and its acknowledgement, as the app writes them down. */
export const counted = (
  dimension: string,
  amount: string,
  time: string,
  { late, at = time }: { readonly late?: true; readonly at?: string } = {},
): readonly Entry[] => {
  ids += 1;
  const id = `report-${ids}`;
  return [
    { kind: 'report', id, dimension, quantity: amount, timestamp: new Date(instant(time)).toISOString() },
    { kind: 'acknowledged', id, late: late === true, at: instant(at) },
  ];
};

/** A line of the ledger's export; what is not said is absent. */
export const line = (parts: Pick<LedgerLine, 'kind' | 'dimension' | 'hour'> & Partial<LedgerLine>): LedgerLine => ({
  state: null,
  quantity: null,
  counted: null,
  carried_out: null,
  ...parts,
});

export const record = (
  dimension: string,
  hour: string,
  [count, units, rest]: readonly [string, string, string],
  state = 'receipted',
): LedgerLine =>
  line({
    kind: 'record',
    dimension,
    hour: `2026-03-01T${hour}Z`,
    state,
    quantity: units,
    counted: count,
    carried_out: rest,
  });

type Invoiced = readonly (readonly [dimension: string, resource: string, quantity: string])[];

/** A bill of hours. */
export const bill = (...hours: Invoiced): Bill => ({
  usage: hours.map(([dimension, resource, amount]) => ({
    product: 'code',
    dimension,
    hours: [{ hour: '2026-03-01T10:00:00Z', resource, quantity: amount }],
  })),
});
