import type { Definition } from './definition.ts';
import * as quantity from './quantity.ts';

/** What two counts of one hour and dimension are together. */
export const combine = (meter: Definition['meter'], a: quantity.Quantity, b: quantity.Quantity): quantity.Quantity => {
  switch (meter) {
    case 'sum':
      return quantity.add(a, b);
    case 'max':
      return quantity.max(a, b);
    default:
      return meter satisfies never;
  }
};

/** The units of an hour, and the raw count that is left for the next one. */
export type Metered = { readonly units: quantity.Quantity; readonly carry: quantity.Quantity };

/**
 * Turns an hour's raw count into units, when it is frozen.
 *
 * `sum`: units = floor((carried + counted) x 10^decimals / per) / 10^decimals; the rest is carried in raw counts, so that
 * any `per` is exact. `ceil` rounds the last flush up instead; the carry is then below zero, a credit for the hour that
 * follows a restart. `max`: rounded as the dimension says; nothing is carried.
 */
export const meter = (
  { meter: kind, per, decimals, rounding }: Definition,
  counted: quantity.Quantity,
  carried: quantity.Quantity,
  ceil: boolean,
): Metered => {
  switch (kind) {
    case 'sum': {
      const total = quantity.add(carried, counted);
      if (quantity.compare(total, quantity.ZERO) <= 0) return { units: quantity.ZERO, carry: total };
      const units = quantity.divide(total, per, decimals, ceil ? 'up' : 'down');
      return { units, carry: quantity.subtract(total, quantity.multiply(units, per)) };
    }
    case 'max':
      return { units: quantity.divide(counted, per, decimals, rounding), carry: carried };
    default:
      return kind satisfies never;
  }
};
