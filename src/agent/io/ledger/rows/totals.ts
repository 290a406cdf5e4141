import type { DatabaseSync } from 'node:sqlite';
import type { RecordState } from '../../../core/record/record.ts';
import * as quantity from '../../../core/usage/quantity.ts';
import { decimalOf } from './values.ts';

/** How many units and records of a dimension are in each state, kept with every change. */
export type Totals = {
  readonly add: (dimension: string, state: RecordState, units: quantity.Quantity) => void;
  readonly move: (dimension: string, from: RecordState, to: RecordState, units: quantity.Quantity) => void;
};

export const makeTotals = (db: DatabaseSync): Totals => {
  const select = db.prepare('SELECT units, records FROM total WHERE dimension = ? AND state = ?');
  const write = db.prepare('INSERT OR REPLACE INTO total VALUES (?, ?, ?, ?)');
  const change = (dimension: string, state: RecordState, units: quantity.Quantity, records: 1 | -1): void => {
    const row = select.get(dimension, state);
    const before = decimalOf(row?.['units']);
    const after = records === 1 ? quantity.add(before, units) : quantity.subtract(before, units);
    write.run(dimension, state, quantity.format(after), Number(row?.['records'] ?? 0) + records);
  };
  return {
    add: (dimension, state, units) => change(dimension, state, units, 1),
    move: (dimension, from, to, units) => {
      if (from === to) return;
      change(dimension, from, units, -1);
      change(dimension, to, units, 1);
    },
  };
};
