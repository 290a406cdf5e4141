import { styleText } from 'node:util';

type Style = 'green' | 'yellow' | 'red' | 'bold' | 'dim';
type Stream = NodeJS.WriteStream & { readonly fd: 1 | 2 };

/** Colours a text for a stream: only on a terminal, and not when NO_COLOR has a value. */
export const paintFor =
  (stream: Stream) =>
  (style: Style, text: string): string =>
    stream.isTTY && (process.env['NO_COLOR'] ?? '') === '' ? styleText(style, text, { validateStream: false }) : text;

/** One JSON object on a line of stdout. */
export const writeJson = (value: Readonly<Record<string, unknown>>): void => {
  process.stdout.write(`${JSON.stringify(value)}\n`);
};

/** Lines as columns: each as wide as its widest cell, two spaces between, none at a line's end. */
export const columns = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
};
