import { EXIT } from '../../../src/agent/core/exitCode.ts';
import { NOT_EXECUTABLE, NOT_FOUND } from '../../../src/agent/supervisor/lookUp.ts';
import { sourcesOf, textOf } from './documents.ts';

/** A code of an error as the sources make it, and the exit code beside it where one stands there. */
export type MadeError = { readonly code: string; readonly exitCode: number | undefined; readonly file: string };

const LITERAL = /new TollgateError\(\s*'(\w+)'/g;
/** Files whose `refuse` takes the code first. */
const REFUSING = /const refuse = \(code: string/;
const REFUSAL = /\brefuse\(\s*'(\w+)'/g;
const CHOICE = /new TollgateError\(\s*\w+ \? '(\w+)' : '(\w+)'/g;
const LISTENER = /new TollgateError\(\s*`\$\{name\}_(\w+)`/g;
const LISTENING = /listenOn\(\s*'(\w+)'/g;
const FATAL = /kind: 'fatal', code: '(\w+)'/g;
/** Hands on a code that was made elsewhere. */
const HANDED_ON = /new TollgateError\(\s*code,/g;

const CODES: Readonly<Record<string, number>> = { ...EXIT, NOT_FOUND, NOT_EXECUTABLE };

const exitCodeIn = (text: string): number | undefined => {
  const name = /exitCode: (?:EXIT\.)?(\w+)/.exec(text)?.[1] ?? '';
  return Object.hasOwn(CODES, name) ? CODES[name] : undefined;
};

/** What follows a match up to the next error that is made. */
const restAfter = (text: string, index: number): string => text.slice(index).split(/.TollgateError\(/, 2)[1] ?? '';

const files = sourcesOf('src/agent').map((file) => ({ file, text: textOf(file) }));
const listeners = files.flatMap(({ text }) => [...text.matchAll(LISTENING)].map(([, name = '']) => name));

/** Every error code of the agent, once for each place that makes it. */
export const madeErrors = (): readonly MadeError[] =>
  files.flatMap(({ file, text }) => {
    const made = (code: string, exitCode?: number): MadeError => ({ code, exitCode, file });
    const refusals = REFUSING.test(text) ? [...text.matchAll(REFUSAL)] : [];
    const ofRefuse = exitCodeIn(text.slice(text.search(REFUSING)));
    return [
      ...[...text.matchAll(LITERAL)].map(({ 1: code = '', index }) => made(code, exitCodeIn(restAfter(text, index)))),
      ...refusals.map(([, code = '']) => made(code, ofRefuse)),
      ...[...text.matchAll(CHOICE)].flatMap(([, one = '', other = '']) => [made(one), made(other)]),
      ...[...text.matchAll(LISTENER)].flatMap(({ 1: end = '', index }) =>
        listeners.map((name) => made(`${name}_${end}`, exitCodeIn(restAfter(text, index)))),
      ),
      ...[...text.matchAll(FATAL)].map(([, code = '']) => made(code, EXIT.unexpected)),
    ];
  });

/** Places that make an error in a way that `madeErrors` cannot read. */
export const unreadPlaces = (): readonly string[] =>
  files.flatMap(({ file, text }) => {
    const all = [...text.matchAll(/new TollgateError\(/g)].length;
    const read = [LITERAL, CHOICE, LISTENER, HANDED_ON].map((form) => [...text.matchAll(form)].length);
    return all === read.reduce((sum, count) => sum + count, 0) ? [] : [file];
  });
