import { stripVTControlCharacters } from 'node:util';
import { type CommandDef, renderUsage, runCommand } from 'citty';
import { TollgateError, toError } from '../../core/errors.ts';
import { EXIT } from '../../core/exitCode.ts';
import { checkArguments, splitCommand } from './check.ts';
import { argsOf, isHelp, resolveCommand, usageError } from './resolve.ts';

/** The commands whose line goes on with the command line of another program. */
const CARRIERS: ReadonlySet<string> = new Set(['exec']);

const usageOf = async (command: CommandDef, path: readonly string[]): Promise<string> => {
  const parent = ['tollgate', ...path.slice(0, -1)].join(' ');
  const usage = await renderUsage(command, path.length === 0 ? undefined : { meta: { name: parent } });
  const plain = !process.stdout.isTTY || (process.env['NO_COLOR'] ?? '') !== '';
  return `${plain ? stripVTControlCharacters(usage) : usage}\n`;
};

/** citty's own complaint about a missing argument. */
const isCittyError = (error: Error): boolean => error.name === 'CLIError';

const dispatch = async (root: CommandDef, args: readonly string[]): Promise<void> => {
  const { command, path, rest } = await resolveCommand(root, args);
  const definition = await argsOf(command);
  const { own, product } = CARRIERS.has(path[0] ?? '')
    ? splitCommand(rest, definition)
    : { own: rest, product: undefined };
  if (own.some(isHelp)) {
    process.stdout.write(await usageOf(command, path));
    return;
  }
  if (command.run === undefined) {
    process.stderr.write(await usageOf(command, path));
    throw usageError(`${['tollgate', ...path].join(' ')} wants a command`);
  }
  checkArguments(own, definition);
  await runCommand(command, { rawArgs: [...own], data: product });
};

/** What a person is told of an error that ends the program, and the exit code for it. */
const failureOf = (thrown: unknown): { readonly text: string; readonly exitCode: number } => {
  const error = toError(thrown);
  if (error instanceof TollgateError) {
    const fix = error.remedy === undefined ? '' : `\n  ${error.exitCode === EXIT.usage ? '' : 'Fix: '}${error.remedy}`;
    const hint = error.exitCode === EXIT.usage ? '\n  See tollgate --help.' : '';
    return { text: `tollgate: ${error.message}${fix}${hint}\n`, exitCode: error.exitCode };
  }
  if (isCittyError(error)) {
    return {
      text: `tollgate: ${stripVTControlCharacters(error.message)}\n  See tollgate --help.\n`,
      exitCode: EXIT.usage,
    };
  }
  return { text: `tollgate: unexpected: ${error.message}\n`, exitCode: EXIT.unexpected };
};

/** Runs the command that the arguments name; its failure becomes a text on stderr and the exit code. Never rejects. */
export const runCommandLine = async (root: CommandDef, args: readonly string[]): Promise<void> => {
  try {
    await dispatch(root, args);
  } catch (thrown) {
    const { text, exitCode } = failureOf(thrown);
    process.stderr.write(text);
    process.exitCode = exitCode;
  }
};
