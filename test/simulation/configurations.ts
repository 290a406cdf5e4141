import type { Dimension } from '../../src/agent/core/configuration/config.ts';
import * as quantity from '../../src/agent/core/usage/quantity.ts';

const common = { meter: 'sum', rounding: 'down', zeroHours: false } as const;

const WHOLE: Dimension = { ...common, name: 'whole', per: quantity.of(1), decimals: 0 };
const SEVENTHS: Dimension = { ...common, name: 'sevenths', per: quantity.of(7), decimals: 0 };
const DECIMAL: Dimension = {
  ...common,
  name: 'decimal',
  per: quantity.read('0.5'),
  decimals: 3,
  maxPerHour: quantity.of(60),
};

/** The meters that do not just add up what is reported. */
export const OTHERS: readonly Dimension[] = [
  { ...common, name: 'grown', meter: 'counter', per: quantity.of(3), decimals: 0 },
  { ...common, name: 'peak', meter: 'max', scope: 'pod', per: quantity.of(1), decimals: 0 },
  { ...common, name: 'level', meter: 'average', scope: 'pod', per: quantity.of(1), decimals: 2 },
  { ...common, name: 'seen', meter: 'unique', scope: 'pod', within: 'day', per: quantity.of(1), decimals: 0 },
  { ...common, name: 'newest', meter: 'last', scope: 'pod', per: quantity.of(1), decimals: 0 },
];

/** What the vendor configures, and what later versions of the product make of it. */
const CONFIGURATIONS: readonly (readonly Dimension[])[] = [
  [WHOLE, SEVENTHS, DECIMAL, ...OTHERS],
  [WHOLE, { ...SEVENTHS, per: quantity.of(5), zeroHours: true }, DECIMAL, ...OTHERS],
  [...OTHERS, WHOLE, SEVENTHS, { ...common, name: 'decimal', per: DECIMAL.per, decimals: 1 }],
  [SEVENTHS, DECIMAL, ...OTHERS],
];

export const configurationOf = (variant: number): readonly Dimension[] => {
  const dimensions = CONFIGURATIONS[variant];
  if (dimensions === undefined) throw new Error(`there is no configuration ${variant}`);
  return dimensions;
};

export const FIRST = configurationOf(0);

/** The least count that makes one unit of a dimension, whatever was configured. */
export const leastPer = (name: string): quantity.Quantity =>
  CONFIGURATIONS.flat()
    .filter((dimension) => dimension.name === name)
    .map(({ per }) => per)
    .reduce((least, per) => quantity.min(least, per));

/** Whether one unit of a dimension is the same count as at first. */
export const isSame = (name: string, variant: number): boolean => {
  const perIn = (dimensions: readonly Dimension[]) => dimensions.find((dimension) => dimension.name === name)?.per;
  const per = perIn(configurationOf(variant));
  return per === undefined || per === perIn(FIRST);
};
