import * as quantity from '../usage/quantity.ts';
import { isNumber, type Json } from './json.ts';

export type AmountReading = { readonly quantity: quantity.Quantity } | { readonly why: string };

/** Longer texts are over the limits whatever they say; reading their digits would only cost time. */
const LONGEST = 100;

const PLAIN = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/;

/** What most reports bring: whole, and exact as a double. */
const SHORT = /^(?:0|[1-9][0-9]{0,14})$/;

const TOO_MANY_DIGITS = {
  why: `has more than ${quantity.MOST_WHOLE_DIGITS} digits before or ${quantity.MOST_DECIMALS} behind the point`,
};

/** A JSON number counts as it is written, digit for digit; a string must be a plain decimal, without exponent, sign or space. */
export const readAmount = (value: Json | undefined): AmountReading => {
  if (value === undefined) return { why: 'is missing' };
  const plain = typeof value === 'string';
  if (!plain && !isNumber(value)) return { why: 'must be a number, or a plain decimal in quotes such as "12.5"' };
  const text = plain ? value : value.source;
  if (SHORT.test(text)) return { quantity: quantity.of(Number(text)) };
  if (plain && !PLAIN.test(text)) return { why: 'must be a plain decimal such as "12.5": no exponent, sign or space' };
  if (text.length > LONGEST) return TOO_MANY_DIGITS;
  const read = quantity.parse(text);
  if (read === undefined || !quantity.isWithinLimits(read)) return TOO_MANY_DIGITS;
  return read.digits < 0n ? { why: 'must not be negative: a correction cannot be billed' } : { quantity: read };
};
