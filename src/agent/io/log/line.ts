import type { Instant } from '../../core/time/hour.ts';
import { type PlainValue, plainValue } from './plainValue.ts';
import { redactText } from './redact.ts';

export type Level = 'error' | 'warn' | 'info' | 'debug';
export type Format = 'json' | 'text';

/** One event of the log before it is written. */
export type Entry = {
  readonly at: Instant;
  readonly level: Level;
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
};

const RANK: Readonly<Record<Level, number>> = { error: 0, warn: 1, info: 2, debug: 3 };

/** Whether an event of `level` is written when the log stands at `least`. */
export const isWritten = (level: Level, least: Level): boolean => RANK[level] <= RANK[least];

const BARE = /^[\w.:/@+%-]+$/;

/** A text stays on its line: what would break it is written as JSON writes it. */
const word = (value: PlainValue): string =>
  typeof value === 'string' && BARE.test(value) ? value : JSON.stringify(value);

/** One line with its end. JSON: `{"time","level","event",...fields}`; text: time, level, event, then `name=value`. */
export const formatLine = ({ at, level, event, fields }: Entry, format: Format): string => {
  const time = new Date(at).toISOString();
  const plain = plainValue(fields) as Readonly<Record<string, PlainValue>>;
  const what = redactText(event);
  const head = { time, level, event: what };
  // Twice: first for the order, last so that no field takes their place.
  if (format === 'json') return `${JSON.stringify({ ...head, ...plain, ...head })}\n`;
  const pairs = Object.entries(plain).map(([name, value]) => ` ${name}=${word(value)}`);
  return `${time} ${level.toUpperCase().padEnd(5)} ${what.replace(/[\r\n]+/g, ' ')}${pairs.join('')}\n`;
};
