/**
 * Spreadsheets take a cell that begins so for a formula (OWASP, "CSV Injection"), in full width too; behind white space some
 * do, and behind a separator those of a language in which the list separator is a semicolon.
 */
const FORMULA = /(^|[;\t|])(\s*)(?=[=+\-@＝＋－＠])/gu;

/** A number may begin with a minus. */
const NUMBER = /^-?\d+(\.\d+)?$/;

/** Line ends of any kind, other control characters, and what turns the direction of writing around. */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu;

const harmless = (text: string): string => {
  if (NUMBER.test(text)) return text;
  // First the separators, a tab among them, then the rest that no cell needs.
  return text.replace(FORMULA, "$1$2'").replace(UNPRINTABLE, ' ').replace(FORMULA, "$1$2'");
};

const cell = (value: string | number | boolean | null | undefined): string => {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? harmless(value) : String(value);
  return /[",;|]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** One record of RFC 4180, its line end included; always one line, whatever is in its texts. */
export const csvLine = (values: readonly (string | number | boolean | null | undefined)[]): string =>
  `${values.map(cell).join(',')}\r\n`;
