import type { ArgsDef, CommandDef } from 'citty';
import { nearestTo } from '../../../regions/index.ts';
import { TollgateError } from '../../core/errors.ts';
import { EXIT } from '../../core/exitCode.ts';

/** A command of the tree, with the names that lead to it and the arguments that are left for it. */
export type Resolved = {
  readonly command: CommandDef;
  readonly path: readonly string[];
  readonly rest: readonly string[];
};

export const usageError = (message: string, remedy?: string): TollgateError =>
  new TollgateError('wrong_usage', message, { exitCode: EXIT.usage, ...(remedy === undefined ? {} : { remedy }) });

const resolved = async <T>(
  value: T | Promise<T> | (() => T) | (() => Promise<T>) | undefined,
): Promise<T | undefined> => (typeof value === 'function' ? await (value as () => T | Promise<T>)() : await value);

export const argsOf = async (command: CommandDef): Promise<ArgsDef> => (await resolved(command.args)) ?? {};

export const isHelp = (argument: string): boolean => argument === '--help' || argument === '-h';

const childrenOf = async ({ subCommands }: CommandDef) => (await resolved(subCommands)) ?? {};

/** Walks down the tree by the leading words of `rest`, as far as they name commands. */
export const resolveCommand = async (
  command: CommandDef,
  rest: readonly string[],
  path: readonly string[] = [],
): Promise<Resolved> => {
  const children = await childrenOf(command);
  const [word, ...after] = rest;
  const child = word !== undefined && Object.hasOwn(children, word) ? await resolved(children[word]) : undefined;
  return word === undefined || child === undefined
    ? { command, path, rest }
    : resolveCommand(child, after, [...path, word]);
};

/** Throws a usage error for a command that only holds others: what comes after it names none of them, or nothing does. */
export const refuseGroup = async ({ command, path, rest }: Resolved): Promise<never> => {
  const names = Object.keys(await childrenOf(command));
  const spelled = (word: string): string => ['tollgate', ...path, word].join(' ');
  const [word] = rest;
  if (word === undefined) throw usageError(`${['tollgate', ...path].join(' ')} wants a command`);
  if (word.startsWith('-')) throw usageError(`${spelled(word)} is not known: options come after the command`);
  const near = nearestTo(word, names);
  throw usageError(`${spelled(word)} is no command`, near === undefined ? undefined : `did you mean ${spelled(near)}?`);
};
