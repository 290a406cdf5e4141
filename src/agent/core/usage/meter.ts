import { HOUR, SECOND } from '../time/hour.ts';
import type { Definition } from './definition.ts';
import * as quantity from './quantity.ts';

/** What two counts of one hour and dimension are together; the second is the newer one. */
export const combine = (meter: Definition['meter'], a: quantity.Quantity, b: quantity.Quantity): quantity.Quantity => {
  switch (meter) {
    case 'sum':
    case 'counter':
    case 'average':
    case 'unique':
      return quantity.add(a, b);
    case 'max':
      return quantity.max(a, b);
    case 'last':
      return b;
    default:
      return meter satisfies never;
  }
};

const SECONDS_AN_HOUR = quantity.of(HOUR / SECOND);

/** The raw count that makes one unit: an average counts level-seconds, and a level of one held for an hour is one. */
export const rawPerUnit = ({ meter, per }: Pick<Definition, 'meter' | 'per'>): quantity.Quantity =>
  meter === 'average' ? quantity.multiply(per, SECONDS_AN_HOUR) : per;

/** The carry that makes one unit: it is what a meter that adds up would bill, also where an average left it. */
export const carriedPerUnit = ({ per }: Pick<Definition, 'per'>): quantity.Quantity => per;

/** The units of an hour, and the raw count that is left for the next one. */
export type Metered = { readonly units: quantity.Quantity; readonly carry: quantity.Quantity };

/**
 * Turns an hour's raw count into units, when it is frozen.
 *
 * `sum`, `counter`: units = floor((carried + counted) x 10^decimals / per) / 10^decimals; the rest is carried in raw counts,
 * so that any `per` is exact. `ceil` rounds the last flush up instead; the carry is then below zero, a credit for the hour
 * that follows a restart. The others are rounded as the dimension says; nothing is carried.
 */
export const meter = (
  definition: Definition,
  counted: quantity.Quantity,
  carried: quantity.Quantity,
  ceil: boolean,
): Metered => {
  const { meter: kind, decimals, rounding } = definition;
  const per = rawPerUnit(definition);
  switch (kind) {
    case 'sum':
    case 'counter': {
      const total = quantity.add(carried, counted);
      if (quantity.compare(total, quantity.ZERO) <= 0) return { units: quantity.ZERO, carry: total };
      const units = quantity.divide(total, per, decimals, ceil ? 'up' : 'down');
      return { units, carry: quantity.subtract(total, quantity.multiply(units, per)) };
    }
    case 'max':
    case 'average':
    case 'last':
    case 'unique':
      return { units: quantity.divide(quantity.max(counted, quantity.ZERO), per, decimals, rounding), carry: carried };
    default:
      return kind satisfies never;
  }
};
