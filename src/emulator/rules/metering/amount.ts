import { error, type Refusal } from '../answer.ts';
import { fromDecimal, fromInteger, isDecimal, isWhole, type Micros } from '../values/quantity.ts';
import { type Findings, integerOf, stringOf } from '../values/shape.ts';
import type { Dimension } from '../world.ts';

/** A quantity as it came: which of the two members carried it, and its value. */
export type Amount = { readonly member: 'integer' | 'decimal'; readonly value: Micros };

/** The model's pattern of October 2026 for both decimal members. */
const DECIMAL_PATTERN = /^(0|[1-9][0-9]{0,9})(\.[0-9]{1,6})?$/;

type Members = Readonly<Record<string, unknown>>;

/**
 * The integer member or its `AsDecimal` twin; undefined when neither is there.
 * Both in one is an error (API reference, MeterUsage: "You can't specify both").
 */
export const amountOf = (found: Findings, of: Members, at: string, name: string): Amount | undefined => {
  const integer = integerOf(found, of, at, name, { min: 0 });
  const decimal = stringOf(found, of, at, `${name}AsDecimal`, { min: 1, max: 17, pattern: DECIMAL_PATTERN });
  if (integer !== undefined && decimal !== undefined) {
    found.constraints.push(`You can't specify both ${name} and ${name}AsDecimal.`);
    return undefined;
  }
  if (integer !== undefined) return { member: 'integer', value: fromInteger(integer) };
  // What breaks the pattern is already found; its value is of no use.
  return decimal !== undefined && isDecimal(decimal) ? { member: 'decimal', value: fromDecimal(decimal) } : undefined;
};

/** Neither member: zero, a whole number (API reference, MeterUsage: "Defaults to 0"). */
export const NOTHING: Amount = { member: 'integer', value: 0n };

/**
 * Not stated: whether a listing's dimension can refuse fractions. Assumed: none does, unless the world says so,
 * and then by the general error for a bad value.
 */
export const checkFraction = (dimension: Dimension, name: string, amount: Amount): Refusal | undefined =>
  dimension.decimals || isWhole(amount.value)
    ? undefined
    : error('ValidationException', `The usage dimension ${name} takes whole numbers only.`);
