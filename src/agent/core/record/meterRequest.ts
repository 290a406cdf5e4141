import type { Hour, Instant } from '../time/hour.ts';

/** One request of MeterUsage as it goes over the wire. Quantities are decimal texts. */
export type MeterRequest = {
  readonly productCode: string;
  readonly dimension: string;
  readonly hour: Hour;
  /** Whole seconds matter only: the wire carries epoch seconds. */
  readonly timestamp: Instant;
  readonly quantity: string;
  /** Whether the quantity goes out as a whole number or as a decimal. */
  readonly form: 'integer' | 'decimal';
  readonly allocations?: readonly { readonly quantity: string; readonly tags: Readonly<Record<string, string>> }[];
  readonly clientToken: string;
};
