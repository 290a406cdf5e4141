import { TollgateError } from '../errors.ts';
import { EXIT } from '../exitCode.ts';
import { onOneLine } from './values/shown.ts';

/** One thing that is wrong with the configuration, for a person. */
export type Problem = {
  /** The setting, dotted (`product.publicKeys[0].file`); empty for the file as a whole. */
  readonly path: string;
  /** What is wrong, without the path and without a full stop. */
  readonly message: string;
  /** What to write or do instead. */
  readonly fix: string;
  /** Where it stands, when it comes from a file; line and column count from 1. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** The environment's variable, when it comes from there. */
  readonly variable?: string;
};

const placeOf = ({ file, line, column, variable }: Problem): string => {
  if (variable !== undefined) return variable;
  if (file === undefined) return '';
  return line === undefined ? file : `${file}:${line}:${column ?? 1}`;
};

const lineOf = (problem: Problem): string => {
  const head = [placeOf(problem), problem.path].filter((part) => part !== '').join(' ');
  const what = `${head === '' ? '' : `${head}: `}${problem.message}`;
  // Keys of a file are anything at all, and stand in paths and messages.
  return `  ${onOneLine(what)}\n      Fix: ${onOneLine(problem.fix)}`;
};

const inOrder = (one: Problem, other: Problem): number =>
  (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0);

/** All problems as a text for people, in the order of the file: place, setting, what is wrong, the fix. No line end at its end. */
export const explainProblems = (problems: readonly Problem[]): string =>
  [
    problems.length === 1 ? 'one problem in the configuration:' : `${problems.length} problems in the configuration:`,
    ...problems.toSorted(inOrder).map(lineOf),
  ].join('\n');

/** The problems as the error that ends a command: exit 78. */
export const configurationError = (problems: readonly Problem[]): TollgateError =>
  new TollgateError('configuration', explainProblems(problems), { exitCode: EXIT.configuration });
