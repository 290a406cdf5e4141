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
  readonly scope?: NonNullable<Dimension['scope']>;
  readonly within?: NonNullable<Dimension['within']>;
};

export const definitionOf = (product: string, dimension: Dimension): Definition => ({
  product,
  meter: dimension.meter,
  per: dimension.per,
  decimals: dimension.decimals,
  rounding: dimension.rounding,
  ...(dimension.scope === undefined ? {} : { scope: dimension.scope }),
  ...(dimension.within === undefined ? {} : { within: dimension.within }),
});

/** One line of JSON with the keys in a fixed order; what is not said is left out. */
export const write = ({ product, meter, per, decimals, rounding, scope, within }: Definition): string =>
  JSON.stringify({ product, meter, per: quantity.format(per), decimals, rounding, scope, within });

/** Reads what `write` wrote. */
export const read = (text: string): Definition => {
  const { per, ...rest } = JSON.parse(text);
  return { ...rest, per: quantity.read(per) };
};
