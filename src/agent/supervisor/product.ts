import { spawn } from 'node:child_process';
import { notExecutable, notFound } from './lookUp.ts';
import { exitCodeOfSignal } from './signals.ts';

export type ProductEnd = {
  /** The product's exit code, or 128 + the number of the signal that ended it. */
  readonly code: number;
  readonly failed: boolean;
};

/** The vendor's program, running. */
export type Product = {
  readonly ended: Promise<ProductEnd>;
  readonly signal: (name: NodeJS.Signals) => void;
};

export type ProductStart = {
  /** The file to run, and the words of the command line with the name as it was typed. */
  readonly file: string;
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /**
   * In a session of its own a signal to our process group reaches the product once, through us, and not twice. With a
   * terminal on stdin it stays in ours, since it would lose the terminal otherwise.
   */
  readonly ownSession: boolean;
};

const startError = (command: string, { code, message }: NodeJS.ErrnoException) =>
  code === 'ENOENT'
    ? notFound(command, 'cannot be started: the file, or the loader it names, does not exist')
    : notExecutable(command, `cannot be started (${code ?? message})`);

/** Starts the product with our own descriptors 0 to 2, folder and umask. Rejects with a shell's 126 or 127 when it cannot start. */
export const startProduct = ({ file, words, environment, ownSession }: ProductStart): Promise<Product> => {
  const [name = file, ...rest] = words;
  const child = spawn(file, rest, { argv0: name, stdio: 'inherit', env: { ...environment }, detached: ownSession });
  const ended = new Promise<ProductEnd>((resolve) => {
    child.once('exit', (code, signal) => {
      const exitCode = signal === null ? (code ?? 0) : exitCodeOfSignal(signal);
      resolve({ code: exitCode, failed: exitCode !== 0 });
    });
  });
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve({ ended, signal: (signal) => void child.kill(signal) }));
    child.once('error', (error) => reject(startError(name, error)));
    // A signal that cannot be delivered (the product has changed its user) must not end us.
    child.on('error', () => {});
  });
};
