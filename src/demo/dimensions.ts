import type { Definition } from '../agent/core/usage/definition.ts';
import * as quantity from '../agent/core/usage/quantity.ts';

/** What the sample product sells: a unit of ten requests, gigabytes to the megabyte, the most users at once. */
export type Sold = Pick<Definition, 'meter' | 'per' | 'decimals'> & { readonly dimension: string };

export const SOLD: readonly Sold[] = [
  { dimension: 'requests', meter: 'sum', per: quantity.of(10), decimals: 0 },
  { dimension: 'data_gb', meter: 'sum', per: quantity.of(1), decimals: 3 },
  { dimension: 'users', meter: 'max', per: quantity.of(1), decimals: 0 },
];
