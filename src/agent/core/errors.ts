/**
 * An error that is for a person: what happened, why, and the exact fix. `code` is stable and names its page in
 * docs/errors.md; `exitCode` is what the process ends with when nobody can go on.
 */
export class TollgateError extends Error {
  override readonly name = 'TollgateError';
  readonly code: string;
  readonly remedy: string | undefined;
  readonly exitCode: number;

  constructor(
    code: string,
    message: string,
    { remedy, exitCode, cause }: { remedy?: string; exitCode: number; cause?: unknown },
  ) {
    super(message, { cause });
    this.code = code;
    this.remedy = remedy;
    this.exitCode = exitCode;
  }
}

/** Anything that was thrown, as an Error. */
export const toError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

/** What a log line or a person is told of an error, remedy included; never its stack. */
export const describe = (thrown: unknown): string => {
  const error = toError(thrown);
  return error instanceof TollgateError && error.remedy !== undefined
    ? `${error.message}. Fix: ${error.remedy}`
    : error.message;
};
