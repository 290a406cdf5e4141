/** An exact quantity in millionths: AWS takes at most six decimals (API reference, MeterUsage). */
export type Micros = bigint;

const MILLION = 1_000_000n;

/** The pattern of the model of October 2026, `UsageQuantityAsDecimalString`. */
const DECIMAL = /^(0|[1-9][0-9]{0,9})(\.[0-9]{1,6})?$/;

export const LARGEST_INTEGER = 2_147_483_647;

export const isDecimal = (text: string): boolean => DECIMAL.test(text);

export const fromInteger = (value: number): Micros => BigInt(value) * MILLION;

/** The value of a decimal that `isDecimal` has let through. */
export const fromDecimal = (text: string): Micros => {
  const [whole = '0', fraction = ''] = text.split('.');
  return BigInt(whole) * MILLION + BigInt(fraction.padEnd(6, '0'));
};

/** One spelling for each value: 17, 17.0 and 17.00 are all `17`. */
export const textOf = (micros: Micros): string => {
  const fraction = (micros % MILLION).toString().padStart(6, '0').replace(/0+$/, '');
  return fraction === '' ? `${micros / MILLION}` : `${micros / MILLION}.${fraction}`;
};

export const isWhole = (micros: Micros): boolean => micros % MILLION === 0n;

export const sum = (all: Iterable<Micros>): Micros => {
  let total = 0n;
  for (const one of all) total += one;
  return total;
};
