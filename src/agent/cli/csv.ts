/** Spreadsheets take a cell that begins so for a formula; a quote in front makes it a text again (OWASP, "CSV Injection"). */
const FORMULA = /^[=+\-@\t\r]/;

const cell = (value: string | number | boolean | null | undefined): string => {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' && FORMULA.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** One record of RFC 4180, its line end included. */
export const csvLine = (values: readonly (string | number | boolean | null | undefined)[]): string =>
  `${values.map(cell).join(',')}\r\n`;
