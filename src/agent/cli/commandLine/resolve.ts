import type { ArgsDef, CommandDef } from 'citty';
import { TollgateError } from '../../core/errors.ts';
import { EXIT } from '../../core/exitCode.ts';
import { nearestTo } from './nearest.ts';

/** A command of the tree, with the names that lead to it and the arguments that are left for it. */
export type Resolved = {
  readonly command: CommandDef;
  readonly path: readonly string[];
  readonly rest: readonly string[];
};

export const usageError = (message: string, remedy?: string): TollgateError =>
  new TollgateError('wrong-usage', message, { exitCode: EXIT.usage, ...(remedy === undefined ? {} : { remedy }) });

const resolved = async <T>(
  value: T | Promise<T> | (() => T) | (() => Promise<T>) | undefined,
): Promise<T | undefined> => (typeof value === 'function' ? await (value as () => T | Promise<T>)() : await value);

export const argsOf = async (command: CommandDef): Promise<ArgsDef> => (await resolved(command.args)) ?? {};

export const isHelp = (argument: string): boolean => argument === '--help' || argument === '-h';

/** Walks down the tree of commands by the leading words of `rest`. Throws a usage error for a word that names no command. */
export const resolveCommand = async (
  command: CommandDef,
  rest: readonly string[],
  path: readonly string[] = [],
): Promise<Resolved> => {
  const children = (await resolved(command.subCommands)) ?? {};
  const [word, ...after] = rest;
  if (Object.keys(children).length === 0 || word === undefined || word.startsWith('-')) return { command, path, rest };
  const child = Object.hasOwn(children, word) ? await resolved(children[word]) : undefined;
  if (child === undefined) {
    const near = nearestTo(word, Object.keys(children));
    throw usageError(
      `${[...path, word].join(' ')} is no command of tollgate`,
      near === undefined
        ? `one of: ${Object.keys(children).join(', ')}`
        : `did you mean "${[...path, near].join(' ')}"?`,
    );
  }
  return resolveCommand(child, after, [...path, word]);
};
