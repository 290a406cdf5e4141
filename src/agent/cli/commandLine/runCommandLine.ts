import { stripVTControlCharacters } from 'node:util';
import { type CommandDef, runCommand } from 'citty';
import { TollgateError, toError } from '../../core/errors.ts';
import { EXIT } from '../../core/exitCode.ts';
import { isNewEnough, LEAST_NODE } from '../../core/version.ts';
import { checkArguments, splitCommand } from './check.ts';
import { argsOf, isHelp, type Resolved, refuseGroup, resolveCommand } from './resolve.ts';
import { helpOf, usageLineOf } from './usage.ts';

/** The commands whose line goes on with the command line of another program. */
const CARRIERS: ReadonlySet<string> = new Set(['exec']);

/** What people type out of habit. */
const VERSION_OPTIONS: ReadonlySet<string> = new Set(['--version', '-v']);

const refuseOldNode = (): void => {
  const { node } = process.versions;
  if (isNewEnough(node)) return;
  throw new TollgateError('node_too_old', `this is Node ${node}, and tollgate needs ${LEAST_NODE} or later`, {
    remedy: 'start it with the Node that comes with it, or with a newer one',
    exitCode: EXIT.platform,
  });
};

const dispatch = async (resolved: Resolved): Promise<void> => {
  const { command, path, rest } = resolved;
  const definition = await argsOf(command);
  const { own, product } = CARRIERS.has(path[0] ?? '')
    ? splitCommand(rest, definition)
    : { own: rest, product: undefined };
  if (own.some(isHelp)) {
    process.stdout.write(await helpOf(resolved, process.stdout));
    return;
  }
  if (command.run === undefined) await refuseGroup(resolved);
  refuseOldNode();
  checkArguments(own, definition);
  await runCommand(command, { rawArgs: [...own], data: product });
};

type Failure = { readonly text: string; readonly exitCode: number };

const usageFailure = async (message: string, hint: string | undefined, resolved: Resolved): Promise<Failure> => {
  const help = ['tollgate', ...resolved.path, '--help'].join(' ');
  const lines = [
    message,
    ...(hint === undefined ? [] : [hint]),
    `usage: ${await usageLineOf(resolved)}`,
    `more: ${help}`,
  ];
  return { text: lines.join('\n  '), exitCode: EXIT.usage };
};

/** What a person is told of an error that ends the program, and the exit code for it. */
const failureOf = async (thrown: unknown, resolved: Resolved): Promise<Failure> => {
  const error = toError(thrown);
  if (error instanceof TollgateError) {
    const { code, message, remedy, exitCode } = error;
    if (exitCode === EXIT.usage) return usageFailure(message, remedy, resolved);
    const fix = remedy === undefined ? '' : `\n  Fix: ${remedy}`;
    return { text: `${message}${fix}\n  Code: ${code}`, exitCode };
  }
  // citty's own complaint, about an argument that is missing.
  if (error.name === 'CLIError') return usageFailure(stripVTControlCharacters(error.message), undefined, resolved);
  const isDebug = process.env['TOLLGATE_LOG_LEVEL']?.trim() === 'debug';
  const what = isDebug ? (error.stack ?? error.message) : `${error.message} (TOLLGATE_LOG_LEVEL=debug shows where)`;
  return { text: `unexpected: ${what}`, exitCode: EXIT.unexpected };
};

/** Runs the command that the arguments name; its failure becomes a text on stderr and the exit code. Never rejects. */
export const runCommandLine = async (root: CommandDef, args: readonly string[]): Promise<void> => {
  const [first = '', ...others] = args;
  const resolved = await resolveCommand(root, VERSION_OPTIONS.has(first) ? ['version', ...others] : args);
  try {
    await dispatch(resolved);
  } catch (thrown) {
    const { text, exitCode } = await failureOf(thrown, resolved);
    process.stderr.write(`tollgate: ${text}\n`);
    process.exitCode = exitCode;
  }
};
