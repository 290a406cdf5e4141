import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { toError } from '../../../core/errors.ts';
import { format, type Hour, parse } from '../../../core/time/hour.ts';
import { sync } from './sync.ts';
import { unavailable } from './trouble.ts';

/** An hour of a dimension of which a record went, or is about to go, to AWS. */
export type SentHour = {
  readonly hour: Hour;
  readonly dimension: string;
  readonly resource: string;
  readonly token: string;
};

/**
 * A plain file beside the ledger, one line an hour sent, for the day on which the ledger is lost:
 *
 *   ledger: freeze (on disk) ──▶ line here (on disk) ──▶ the first byte to AWS
 *
 * So every line names a record that was on disk in the ledger, and everything that AWS may have has its line: a ledger that
 * does not know a line is not the one that wrote it, or has gone back in time.
 */
export type SentHours = {
  /** All hours that it knows; undefined when there is no such file, so that there never was a ledger here. */
  readonly lines: () => readonly SentHour[] | undefined;
  /** Makes sure that there is a file: from now on there is a ledger here. A disk that does not take it is no reason to stop. */
  readonly begin: () => void;
  /** Writes a line down; it is on disk on return. Throws `ledger_unavailable`, and then nothing may be sent. */
  readonly note: (sent: SentHour) => void;
  /** Writes the file anew where somebody has taken it away; the next line does it where the disk does not take it now. */
  readonly restore: () => void;
  /** Forgets hours before this one when the file has grown long. */
  readonly thin: (oldest: Hour) => void;
};

const NAME = 'sent-hours';
const TITLE = '# hours of which a record went to AWS: [hour, dimension, resource, ClientToken]\n';

/** A file shorter than this is not worth thinning. */
const SHORT = 64 * 1024;

const lineOf = ({ hour, dimension, resource, token }: SentHour): string =>
  `${JSON.stringify([format(hour), dimension, resource, token])}\n`;

/** Reads a line; undefined for one that a crash has cut, or that somebody else wrote. */
const read = (line: string): SentHour | undefined => {
  try {
    const [written, dimension, resource, token] = JSON.parse(line) as readonly unknown[];
    const hour = parse(String(written));
    if (hour === undefined || [dimension, resource, token].some((part) => typeof part !== 'string')) return undefined;
    return { hour, dimension: String(dimension), resource: String(resource), token: String(token) };
  } catch {
    return undefined;
  }
};

const linesIn = (path: string): readonly SentHour[] | undefined => {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .flatMap((line) => read(line) ?? []);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unavailable(`${path} cannot be read: ${toError(error).message}`, error);
  }
};

/** `makeRoom` frees some room on a full disk; false when there is none to free. */
export const openSentHours = (folder: string, makeRoom: () => boolean): SentHours => {
  const path = join(folder, NAME);
  const before = linesIn(path);
  let exists = before !== undefined;
  let known = new Map((before ?? []).map((sent) => [sent.token, sent]));
  /** What the file must be long; when it is not, somebody or a crash has touched it. */
  let length: number | undefined;
  let worthThinning = SHORT;

  const writeWhole = (): void => {
    const text = TITLE + [...known.values()].map(lineOf).join('');
    writeFileSync(`${path}.new`, text, { mode: 0o600, flush: true });
    renameSync(`${path}.new`, path);
    sync(folder);
    length = Buffer.byteLength(text);
    exists = true;
  };

  /** Answers whether the file was as we had left it. */
  const addLine = (line: string): boolean => {
    const file = openSync(path, 'a', 0o600);
    try {
      if (fstatSync(file).size !== length) return false;
      length = undefined;
      const written = writeSync(file, line);
      fsyncSync(file);
      if (written === Buffer.byteLength(line)) length = fstatSync(file).size;
      return length !== undefined;
    } finally {
      closeSync(file);
    }
  };

  const write = (sent: SentHour): void => {
    if (length !== undefined && addLine(lineOf(sent))) return;
    known.set(sent.token, sent);
    writeWhole();
  };

  return {
    lines: () => (exists ? [...known.values()] : undefined),
    begin: () => {
      try {
        if (!exists) writeWhole();
      } catch {
        // The first line makes it.
      }
    },
    restore: () => {
      if (existsSync(path)) return;
      try {
        writeWhole();
      } catch {
        length = undefined;
      }
    },
    note: (sent) => {
      if (known.has(sent.token) && length !== undefined) return;
      for (let again = true; ; again = false) {
        try {
          write(sent);
          break;
        } catch (error) {
          known.delete(sent.token);
          if (again && (error as NodeJS.ErrnoException).code === 'ENOSPC' && makeRoom()) continue;
          throw unavailable(`${path} cannot be written: ${toError(error).message}`, error);
        }
      }
      known.set(sent.token, sent);
    },
    thin: (oldest) => {
      if ((length ?? 0) < worthThinning) return;
      known = new Map([...known].filter(([, { hour }]) => hour >= oldest));
      try {
        writeWhole();
      } catch {
        // It stays long until the disk takes it: the next tick tries again.
        length = undefined;
      }
      worthThinning = Math.max(SHORT, 2 * (length ?? 0));
    },
  };
};
