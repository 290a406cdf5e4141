import { stripVTControlCharacters } from 'node:util';
import type { Instant } from '../agent/core/time/hour.ts';

/** What people read, line by line. */
export type Story = {
  /** A new part of it. */
  readonly part: (title: string) => void;
  /** Something that happened, with the fast clock's time in front. */
  readonly tell: (text: string, tone?: Tone) => void;
  /** Plain text under it, broken into lines where it is long. */
  readonly add: (text: string) => void;
  /** What a person would type: one line, so that it can be copied. */
  readonly command: (text: string) => void;
  /** A line as it stands. */
  readonly line: (text: string) => void;
  readonly isTerminal: boolean;
  /** On a terminal: the line at the bottom that is written over and over. */
  readonly progress: (text: string) => void;
};

export type Tone = 'plain' | 'good' | 'bad' | 'mishap';

const ESCAPE = '\u001b';
const PAINT: Readonly<Record<Tone | 'title' | 'faint', string>> = {
  plain: '',
  good: `${ESCAPE}[32m`,
  bad: `${ESCAPE}[31m`,
  mishap: `${ESCAPE}[33m`,
  title: `${ESCAPE}[1m`,
  faint: `${ESCAPE}[2m`,
};
const PLAIN = `${ESCAPE}[0m`;
const CLEAR_LINE = `\r${ESCAPE}[K`;

/** As far as the time and the space after it reach. */
const INDENT = '         ';

const timeText = (instant: Instant): string => new Date(instant).toISOString().slice(11, 16);

/** Longer lines are hard to read, however wide the terminal. */
const WIDEST = 110;

const wrapped = (text: string, width: number): readonly string[] => {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
};

type Screen = {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  readonly hasColour: boolean;
  readonly columns: () => number;
};

export const makeStory = ({ write, isTerminal, hasColour, columns }: Screen, now: () => Instant): Story => {
  let bottom = '';
  const painted = (text: string, colour: string): string =>
    hasColour && colour !== '' ? `${colour}${text}${PLAIN}` : text;
  const line = (text: string): void =>
    write(isTerminal ? `${CLEAR_LINE}${text}\n${bottom}` : `${stripVTControlCharacters(text)}\n`);
  return {
    part: (title) => {
      line('');
      line(painted(title, PAINT.title));
    },
    tell: (text, tone = 'plain') => line(`  ${painted(timeText(now()), PAINT.faint)}  ${painted(text, PAINT[tone])}`),
    add: (text) => {
      for (const part of wrapped(text, Math.min(columns(), WIDEST) - INDENT.length)) line(`${INDENT}${part}`);
    },
    command: (text) => line(`${INDENT}${painted(`$ ${text}`, PAINT.faint)}`),
    line,
    isTerminal,
    progress: (text) => {
      if (!isTerminal) return;
      bottom = text === '' ? '' : `  ${timeText(now())}  ${text}`.slice(0, Math.max(0, columns() - 1));
      write(`${CLEAR_LINE}${bottom}`);
    },
  };
};

/** The screen behind a stream: colour only on a terminal, and not where NO_COLOR says so. */
export const screenOf = (stream: NodeJS.WriteStream, env: Readonly<Record<string, string | undefined>>): Screen => {
  const isTerminal = stream.isTTY === true && env['TERM'] !== 'dumb';
  return {
    write: (text) => void stream.write(text),
    isTerminal,
    hasColour: isTerminal && (env['NO_COLOR'] ?? '') === '',
    columns: () => stream.columns ?? WIDEST,
  };
};
