import { appendFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import type { Call } from './calls.ts';
import type { Steering } from './clock.ts';
import type { Change } from './rules/change.ts';

/** One line of a state file. */
export type Line = { readonly change: Change } | { readonly call: Call } | { readonly clock: Steering };

export type Journal = {
  readonly lines: readonly Line[];
  readonly write: (lines: readonly Line[]) => void;
  readonly clear: () => void;
};

/** No file: everything is in memory and gone with the process. */
export const NO_JOURNAL: Journal = { lines: [], write: () => undefined, clear: () => undefined };

const parsed = (text: string): Line | undefined => {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined;
  }
};

/**
 * A state file: one JSON line for each thing that happened, appended before the answer goes out, so that a killed
 * emulator keeps what it has confirmed. A last line that was cut short is cut off.
 */
export const openJournal = (file: string): Journal => {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) truncateSync(file, Buffer.byteLength(whole));
  const lines = whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line, index) => {
      const read = parsed(line);
      if (read === undefined) throw new Error(`${file}, line ${index + 1}: not a line of a state file`);
      return read;
    });
  return {
    lines,
    write: (more) => {
      if (more.length > 0) appendFileSync(file, more.map((line) => `${JSON.stringify(line)}\n`).join(''));
    },
    clear: () => writeFileSync(file, ''),
  };
};
