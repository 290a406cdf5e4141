import { stripVTControlCharacters } from 'node:util';
import { type ArgsDef, type CommandDef, renderUsage, runCommand } from 'citty';
import { hint } from '../nearest.ts';
import { EXIT, Failure, wrongUsage } from './failure.ts';

const PROGRAM = 'tollgate-emulator';

/** Commands that end in the command line of another program. */
const CARRIERS: ReadonlySet<string> = new Set(['task', 'pod', 'instance']);

type Lazy<T> = T | Promise<T> | (() => T) | (() => Promise<T>);
const now = async <T>(lazy: Lazy<T> | undefined): Promise<T | undefined> =>
  typeof lazy === 'function' ? await (lazy as () => T | Promise<T>)() : await lazy;

const kebab = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Whether an option of this spelling takes a value; undefined for one that is not known. */
const optionsOf = (args: ArgsDef): ReadonlyMap<string, boolean> =>
  new Map(
    Object.entries(args)
      .filter(([, { type }]) => type !== 'positional')
      .flatMap(([name, { type }]): [string, boolean][] =>
        type === 'boolean'
          ? [
              [`--${kebab(name)}`, false],
              [`--no-${kebab(name)}`, false],
            ]
          : [[`--${kebab(name)}`, true]],
      ),
  );

type Split = {
  readonly own: readonly string[];
  readonly words: readonly string[];
  readonly carried: readonly string[];
};

/** Takes a command line apart, strictly: an option that is not known is a mistake, not a word. */
const split = (args: readonly string[], definition: ArgsDef, isCarrier: boolean): Split => {
  const options = optionsOf(definition);
  const words: string[] = [];
  let at = 0;
  while (at < args.length) {
    const argument = args[at] ?? '';
    if (argument === '--') return { own: args.slice(0, at), words, carried: args.slice(at + 1) };
    if (!argument.startsWith('-')) {
      if (isCarrier) return { own: args.slice(0, at), words, carried: args.slice(at) };
      words.push(argument);
      at += 1;
      continue;
    }
    const [name = ''] = argument.split('=');
    const takesValue = options.get(name);
    if (takesValue === undefined) throw wrongUsage(`${name} is no option here${hint(name, [...options.keys()])}`);
    if (takesValue && !argument.includes('=') && at + 1 >= args.length) throw wrongUsage(`${name} needs a value`);
    at += takesValue && !argument.includes('=') ? 2 : 1;
  }
  return { own: args, words, carried: [] };
};

const isHelp = (argument: string): boolean => argument === '--help' || argument === '-h';

const showHelp = async (command: CommandDef, path: readonly string[]): Promise<void> => {
  const parent = path.length === 0 ? undefined : { meta: { name: [PROGRAM, ...path.slice(0, -1)].join(' ') } };
  const usage = await renderUsage(command, parent);
  const isPlain = !process.stdout.isTTY || (process.env['NO_COLOR'] ?? '') !== '';
  process.stdout.write(`${isPlain ? stripVTControlCharacters(usage) : usage}\n`);
};

type Found = { readonly command: CommandDef; readonly path: readonly string[]; readonly rest: readonly string[] };

const find = async (command: CommandDef, rest: readonly string[], path: readonly string[]): Promise<Found> => {
  const children = (await now(command.subCommands)) ?? {};
  const [word, ...after] = rest;
  if (Object.keys(children).length === 0) return { command, path, rest };
  if (word === undefined || (word.startsWith('-') && !isHelp(word))) {
    const standard = await now(command.default);
    const child = standard === undefined ? undefined : await now(children[standard]);
    return child === undefined ? { command, path, rest } : { command: child, path: [...path, standard ?? ''], rest };
  }
  if (isHelp(word)) return { command, path, rest };
  const child = Object.hasOwn(children, word) ? await now(children[word]) : undefined;
  if (child === undefined)
    throw wrongUsage(`${[...path, word].join(' ')} is no command${hint(word, Object.keys(children))}`);
  return find(child as CommandDef, after, [...path, word]);
};

const dispatch = async (root: CommandDef, args: readonly string[]): Promise<void> => {
  const { command, path, rest } = await find(root, args, []);
  const isCarrier = CARRIERS.has(path[0] ?? '');
  const own = isCarrier && rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest;
  if (own.slice(0, isCarrier ? 1 : undefined).some(isHelp)) return showHelp(command, path);
  if (command.run === undefined) {
    const children = Object.keys((await now(command.subCommands)) ?? {});
    throw wrongUsage(`${path.join(' ')} wants one of: ${children.join(', ')}`);
  }
  const definition = (await now(command.args)) ?? {};
  const parts = split(rest, definition, isCarrier);
  const places = Object.values(definition).filter(({ type }) => type === 'positional').length;
  const surplus = parts.words[places];
  if (surplus !== undefined) throw wrongUsage(`"${surplus}" is one argument too many`);
  await runCommand(command, { rawArgs: [...parts.own], data: parts.carried });
};

const textOf = (thrown: unknown): { text: string; exitCode: number } => {
  if (thrown instanceof Failure) return { text: thrown.message, exitCode: thrown.exitCode };
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  // citty's own complaint about a missing or a wrong argument.
  if (error.name === 'CLIError') return { text: stripVTControlCharacters(error.message), exitCode: EXIT.usage };
  return { text: error.stack ?? error.message, exitCode: EXIT.unexpected };
};

/** Runs the command that the arguments name; a failure becomes one text on stderr and the exit code. */
export const runCommandLine = async (root: CommandDef, args: readonly string[]): Promise<void> => {
  try {
    await dispatch(root, args);
  } catch (thrown) {
    const { text, exitCode } = textOf(thrown);
    process.stderr.write(`${PROGRAM}: ${text}\n`);
    process.exitCode = exitCode;
  }
};
