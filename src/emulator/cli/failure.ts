/** sysexits: the command line is wrong; the emulator does not answer. */
export const EXIT = { unexpected: 1, usage: 64, unreachable: 69, notExecutable: 126, notFound: 127 } as const;

/** An end of the program that is no bug: what to tell, and the exit code. */
export class Failure extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode: number, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

export const wrongUsage = (message: string): Failure => new Failure(message, EXIT.usage);
