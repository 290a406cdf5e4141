import { TollgateError } from '../../core/errors.ts';
import { CUT, isSecretField, redactText } from './redact.ts';

const MOST_LETTERS = 8_192;
const DEEPEST = 4;
const MOST_ENTRIES = 100;

/** What a field becomes in the log: JSON's own kinds only, bounded, without secrets. */
export type PlainValue =
  | string
  | number
  | boolean
  | null
  | readonly PlainValue[]
  | { readonly [name: string]: PlainValue };

const plainText = (text: string): string =>
  redactText(text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS)}…` : text);

const plainError = (error: Error, depth: number): PlainValue => ({
  name: error.name,
  message: plainText(error.message),
  ...(error instanceof TollgateError ? { code: error.code } : {}),
  // A person's error says what to do; the way it came is for the others.
  ...(error instanceof TollgateError || error.stack === undefined ? {} : { stack: plainText(error.stack) }),
  ...(error.cause === undefined ? {} : { cause: plainValue(error.cause, depth + 1) }),
});

/** Never throws, whatever it is given. */
export const plainValue = (value: unknown, depth = 0): PlainValue => {
  switch (typeof value) {
    case 'string':
      return plainText(value);
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'boolean':
      return value;
    case 'bigint':
      return String(value);
    case 'undefined':
    case 'function':
    case 'symbol':
      return null;
    default:
      break;
  }
  if (value === null) return null;
  if (depth >= DEEPEST) return '…';
  if (value instanceof Error) return plainError(value, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value)) return value.slice(0, MOST_ENTRIES).map((entry) => plainValue(entry, depth + 1));
  return Object.fromEntries(
    Object.entries(value as object)
      .slice(0, MOST_ENTRIES)
      .filter(([, entry]) => entry !== undefined)
      .map(([name, entry]) => [name, isSecretField(name) && entry !== null ? CUT : plainValue(entry, depth + 1)]),
  );
};
