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

/** What happened and what to do about it, in one line. What happened may be AWS's own sentence, full stop and all. */
export const withFix = (what: string, fix: string | undefined): string =>
  fix === undefined ? what : `${what.replace(/\.+$/, '')}. Fix: ${fix}`;

/** What a log line or a person is told of an error, remedy included; never its stack. */
export const describe = (thrown: unknown): string => {
  const error = toError(thrown);
  return withFix(error.message, error instanceof TollgateError ? error.remedy : undefined);
};
