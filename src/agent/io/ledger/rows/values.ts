import type { SQLOutputValue } from 'node:sqlite';
import * as quantity from '../../../core/usage/quantity.ts';

type Value = SQLOutputValue | undefined;

/** A decimal as the ledger writes it; nothing is zero. */
export const decimalOf = (value: Value): quantity.Quantity => quantity.read(String(value ?? '0'));

/** A text that may be missing. */
export const optional = (value: Value): string | undefined =>
  value === null || value === undefined ? undefined : String(value);
