/**
 * An exact decimal number: `digits` x 10^-`scale`. No floating point anywhere: a tenth counted ten thousand times is
 * a thousand. Always normal (no trailing zeros behind the point), so that equal numbers have equal texts.
 */
export type Quantity = { readonly digits: bigint; readonly scale: number };

/** The most digits before and behind the point that a report may bring: enough for 64-bit counters and billions of billionths. */
export const MOST_WHOLE_DIGITS = 30;
export const MOST_DECIMALS = 20;

const pow10 = (exponent: number): bigint => 10n ** BigInt(exponent);

const normal = (digits: bigint, scale: number): Quantity => {
  let [d, s] = [digits, scale];
  while (s > 0 && d % 10n === 0n) [d, s] = [d / 10n, s - 1];
  return { digits: d, scale: s };
};

export const ZERO: Quantity = { digits: 0n, scale: 0 };

export const of = (whole: number | bigint): Quantity => ({ digits: BigInt(whole), scale: 0 });

const NUMBER = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;

/** Reads a decimal as JSON writes numbers (`12`, `0.5`, `1e3`); undefined for anything else. Exact: no digit is rounded away. */
export const parse = (text: string): Quantity | undefined => {
  const match = NUMBER.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = BigInt(`${sign}${whole}${fraction}`);
  const scale = fraction.length - Number(exponent);
  return scale >= 0 ? normal(digits, scale) : normal(digits * pow10(-scale), 0);
};

/** Reads what we wrote ourselves; a text that is no decimal means a damaged store. */
export const read = (text: string): Quantity => {
  const quantity = parse(text);
  if (quantity === undefined) throw new Error(`"${text}" is not a decimal number`);
  return quantity;
};

export const format = ({ digits, scale }: Quantity): string => {
  if (scale === 0) return digits.toString();
  const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0');
  return `${digits < 0n ? '-' : ''}${text.slice(0, -scale)}.${text.slice(-scale)}`;
};

/** Whether the number has no more digits than a report may bring. */
export const isWithinLimits = ({ digits, scale }: Quantity): boolean =>
  scale <= MOST_DECIMALS && (digits < 0n ? -digits : digits) < pow10(MOST_WHOLE_DIGITS + scale);

const aligned = (a: Quantity, b: Quantity): readonly [bigint, bigint, number] => {
  const scale = Math.max(a.scale, b.scale);
  return [a.digits * pow10(scale - a.scale), b.digits * pow10(scale - b.scale), scale];
};

export const add = (a: Quantity, b: Quantity): Quantity => {
  const [x, y, scale] = aligned(a, b);
  return normal(x + y, scale);
};

export const subtract = (a: Quantity, b: Quantity): Quantity => add(a, { digits: -b.digits, scale: b.scale });

export const multiply = (a: Quantity, b: Quantity): Quantity => normal(a.digits * b.digits, a.scale + b.scale);

export const sum = (quantities: Iterable<Quantity>): Quantity => {
  let total = ZERO;
  for (const quantity of quantities) total = add(total, quantity);
  return total;
};

/** Adds two tables of quantities, name by name. */
export const addEach = <Name>(a: ReadonlyMap<Name, Quantity>, b: ReadonlyMap<Name, Quantity>): Map<Name, Quantity> => {
  const sums = new Map(a);
  for (const [name, more] of b) sums.set(name, add(sums.get(name) ?? ZERO, more));
  return sums;
};

/** Below zero, zero, or above it, as `a` is smaller than, equal to, or larger than `b`. */
export const compare = (a: Quantity, b: Quantity): -1 | 0 | 1 => {
  const [x, y] = aligned(a, b);
  return x < y ? -1 : x > y ? 1 : 0;
};

export const equal = (a: Quantity, b: Quantity): boolean => compare(a, b) === 0;
export const isZero = ({ digits }: Quantity): boolean => digits === 0n;
export const max = (a: Quantity, b: Quantity): Quantity => (compare(a, b) >= 0 ? a : b);
export const min = (a: Quantity, b: Quantity): Quantity => (compare(a, b) <= 0 ? a : b);

export type Rounding = 'down' | 'up' | 'nearest';

/** `a / b` with `decimals` digits behind the point. Both must not be negative, `b` not zero. `nearest` takes a half upwards. */
export const divide = (a: Quantity, b: Quantity, decimals: number, rounding: Rounding): Quantity => {
  const numerator = a.digits * pow10(b.scale + decimals);
  const denominator = b.digits * pow10(a.scale);
  const floor = numerator / denominator;
  const rest = numerator % denominator;
  const up = rounding === 'up' ? rest > 0n : rounding === 'nearest' ? rest * 2n >= denominator : false;
  return normal(up ? floor + 1n : floor, decimals);
};

/** `digits` x 10^-`scale`. */
export const scaled = (digits: bigint, scale: number): Quantity => normal(digits, scale);

/** How often 10^-`scale` goes into a number that is not negative, or holds it exactly. */
export const wholes = ({ digits, scale: own }: Quantity, scale: number): bigint =>
  own <= scale ? digits * pow10(scale - own) : digits / pow10(own - scale);
