import type { Hour } from '../core/time/hour.ts';

/** The hours that may be counted in at this moment, the open one among them. */
export type Hours = { readonly from: Hour; readonly last: Hour };

/** Whether this process may count now. */
export type Leading = {
  /** Undefined: it may not, and nothing may be acknowledged. */
  readonly hours: () => Hours | undefined;
  /** In words, why not; undefined when it may. */
  readonly whyNot: () => string | undefined;
};

const EVERY_HOUR: Hours = { from: 0 as Hour, last: Number.MAX_SAFE_INTEGER as Hour };

/** Without a standby there is nobody to be kept apart from. */
export const ALONE: Leading = { hours: () => EVERY_HOUR, whyNot: () => undefined };
