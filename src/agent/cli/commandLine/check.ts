import type { ArgsDef } from 'citty';
import { nearestTo } from '../../../regions/index.ts';
import { isHelp, usageError } from './resolve.ts';

type Option = { readonly name: string; readonly type: 'boolean' | 'string' };

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Every spelling under which a command's options may be written. */
const spellingsOf = (args: ArgsDef): ReadonlyMap<string, Option> => {
  const known = new Map<string, Option>();
  for (const [name, definition] of Object.entries(args)) {
    if (definition.type === 'positional') continue;
    const option: Option = {
      name,
      type: definition.type === 'string' || definition.type === 'enum' ? 'string' : 'boolean',
    };
    const aliases = 'alias' in definition ? [definition.alias ?? []].flat() : [];
    for (const long of [name, kebab(name), ...aliases.filter((alias) => alias.length > 1)])
      known.set(`--${long}`, option);
    if (option.type === 'boolean') known.set(`--no-${kebab(name)}`, option);
    for (const short of aliases.filter((alias) => alias.length === 1)) known.set(`-${short}`, option);
  }
  return known;
};

/** How many of the leading arguments the option at their head takes: itself, and its value when that stands apart. */
const widthOf = (args: readonly string[], known: ReadonlyMap<string, Option>): number => {
  const [spelled = ''] = args;
  const [name = ''] = spelled.split('=');
  if (isHelp(name)) return 1;
  const option = known.get(name);
  if (option === undefined) {
    if (/^-[\d.]/.test(spelled)) throw usageError(`${spelled} is below zero, which nothing here can be`);
    const near = nearestTo(name, [...known.keys(), '--help']);
    throw usageError(`${name} is no option here`, near === undefined ? undefined : `did you mean ${near}?`);
  }
  if (option.type === 'boolean' || spelled.includes('=')) return 1;
  if (args.length < 2) throw usageError(`${name} needs a value`, `${name} VALUE`);
  return 2;
};

/**
 * The arguments of a command that ends in another program's command line, in two parts: its own options, and from the
 * first word that is none of them (or after `--`) what belongs to the other program, untouched.
 */
export const splitCommand = (
  args: readonly string[],
  definition: ArgsDef,
): { readonly own: readonly string[]; readonly product: readonly string[] } => {
  const known = spellingsOf(definition);
  let at = 0;
  while (at < args.length && args[at] !== '--' && (args[at] ?? '').startsWith('-'))
    at += widthOf(args.slice(at), known);
  return { own: args.slice(0, at), product: args.slice(args[at] === '--' ? at + 1 : at) };
};

/** Throws a usage error for an option that the command does not know, one without its value, or a word too many. */
export const checkArguments = (args: readonly string[], definition: ArgsDef): void => {
  const known = spellingsOf(definition);
  const places = Object.values(definition).filter(({ type }) => type === 'positional').length;
  const words: string[] = [];
  let at = 0;
  while (at < args.length) {
    const argument = args[at] ?? '';
    if (argument === '--') {
      words.push(...args.slice(at + 1));
      break;
    }
    if (argument.startsWith('-') && argument !== '-') at += widthOf(args.slice(at), known);
    else {
      words.push(argument);
      at += 1;
    }
  }
  const surplus = words[places];
  if (surplus !== undefined) throw usageError(`"${surplus}" is one argument too many`);
};
