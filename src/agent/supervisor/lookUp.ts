import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { TollgateError } from '../core/errors.ts';

/** A shell's codes for a command that cannot be started (POSIX, "Exit Status for Commands"). */
export const NOT_FOUND = 127;
export const NOT_EXECUTABLE = 126;

/** Where execvp looks without a PATH (glibc). */
const PATH_WITHOUT_PATH = '/bin:/usr/bin';

type Finding = 'executable' | 'directory' | 'notExecutable' | 'missing';

const findingAt = (file: string): Finding => {
  try {
    if (statSync(file).isDirectory()) return 'directory';
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EACCES' ? 'notExecutable' : 'missing';
  }
  try {
    accessSync(file, constants.X_OK);
    return 'executable';
  } catch {
    return 'notExecutable';
  }
};

export const notFound = (command: string, why: string): TollgateError =>
  new TollgateError('command_not_found', `${command}: ${why}`, {
    exitCode: NOT_FOUND,
    remedy: 'name the command by its path in the image, or put its folder on PATH',
  });

export const notExecutable = (command: string, why: string): TollgateError =>
  new TollgateError('command_not_executable', `${command}: ${why}`, {
    exitCode: NOT_EXECUTABLE,
    remedy: 'name the program itself, and give the file its x bit in the image (chmod +x)',
  });

const MOST_INTERPRETER_BYTES = 256;

/** The interpreter that the file's first line names; undefined for a binary, or for a file that may only be executed. */
const interpreterOf = (file: string): string | undefined => {
  try {
    const descriptor = openSync(file, 'r');
    try {
      const bytes = Buffer.alloc(MOST_INTERPRETER_BYTES);
      const head = bytes.toString('latin1', 0, readSync(descriptor, bytes));
      return /^#![ \t]*([^\s]+)/.exec(head)?.[1];
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return undefined;
  }
};

const candidatesOf = (command: string, path: string | undefined): readonly string[] =>
  command.includes('/')
    ? [command]
    : (path ?? PATH_WITHOUT_PATH).split(':').map((folder) => (folder === '' ? `./${command}` : join(folder, command)));

/**
 * The file that execvp would run for the command, with `path` as PATH. Throws TollgateError with a shell's exit codes: 127
 * when there is none, 126 when what is there cannot be executed. Asked before AWS is: RegisterUsage starts the bill, also
 * for a product that cannot be started.
 */
export const lookUp = (command: string, path: string | undefined): string => {
  const found = candidatesOf(command, path).map((file) => ({ file, finding: findingAt(file) }));
  const hit = found.find(({ finding }) => finding === 'executable');
  if (command === '' || (hit === undefined && found.every(({ finding }) => finding === 'missing'))) {
    throw notFound(command === '' ? '""' : command, 'no such command');
  }
  if (hit === undefined) {
    const [blocked] = found.filter(({ finding }) => finding !== 'missing');
    throw notExecutable(command, blocked?.finding === 'directory' ? 'is a directory' : 'permission denied');
  }
  const interpreter = interpreterOf(hit.file);
  if (interpreter !== undefined && findingAt(interpreter) === 'missing') {
    throw notFound(command, `its first line names ${interpreter}, which does not exist`);
  }
  return hit.file;
};
