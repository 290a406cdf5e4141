import { EXIT, Failure } from './failure.ts';

/** The option of every command that talks to a running emulator. */
export const URL_ARG = {
  url: {
    type: 'string',
    description: 'The emulator; else TOLLGATE_EMULATOR_URL, else http://127.0.0.1:8700',
    valueHint: 'URL',
  },
} as const;

export const JSON_ARG = { json: { type: 'boolean', description: 'One JSON object on stdout' } } as const;

const DEFAULT_URL = 'http://127.0.0.1:8700';

export const emulatorUrl = (url: string | undefined): string =>
  (url ?? process.env['TOLLGATE_EMULATOR_URL'] ?? DEFAULT_URL).replace(/\/$/, '');

export type Answer = Readonly<Record<string, unknown>>;

/** Asks an admin route of a running emulator. */
export const ask = async (url: string | undefined, method: string, route: string, body?: object): Promise<Answer> => {
  const base = emulatorUrl(url);
  let response: Response;
  try {
    response = await fetch(`${base}/admin/${route}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  } catch (cause) {
    throw new Failure(`no emulator answers at ${base}; start one: tollgate-emulator serve`, EXIT.unreachable, {
      cause,
    });
  }
  const answer = (await response.json().catch(() => ({}))) as Answer;
  if (response.ok) return answer;
  throw new Failure(String(answer['error'] ?? `${base} answered ${response.status}`), EXIT.usage);
};

export const printJson = (value: unknown): void => {
  process.stdout.write(`${JSON.stringify(value)}\n`);
};

export const printLines = (lines: readonly string[]): void => {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
};

/** Columns as wide as their widest cell. */
export const table = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = rows.reduce<readonly number[]>(
    (widest, row) => row.map((cell, column) => Math.max(cell.length, widest[column] ?? 0)),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
};
