import type { Dimension } from '../configuration/config.ts';
import * as quantity from './quantity.ts';

/**
 * How a dimension was metered when an hour began. It is stored with the hour, so that a new configuration never
 * re-reads an old one.
 */
export type Definition = {
  readonly product: string;
  readonly meter: Dimension['meter'];
  readonly per: quantity.Quantity;
  readonly decimals: number;
  readonly rounding: quantity.Rounding;
};

export const definitionOf = (product: string, dimension: Dimension): Definition => ({
  product,
  meter: dimension.meter,
  per: dimension.per,
  decimals: dimension.decimals,
  rounding: dimension.rounding,
});

/** One line of JSON with the keys in a fixed order. */
export const write = ({ product, meter, per, decimals, rounding }: Definition): string =>
  JSON.stringify({ product, meter, per: quantity.format(per), decimals, rounding });

/** Reads what `write` wrote. */
export const read = (text: string): Definition => {
  const { product, meter, per, decimals, rounding } = JSON.parse(text);
  return { product, meter, per: quantity.read(per), decimals, rounding };
};
