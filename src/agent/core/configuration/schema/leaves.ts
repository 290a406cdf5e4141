import { nearestTo } from '../../../../regions/index.ts';
import { DAY, type Millis } from '../../time/hour.ts';
import { format as formatQuantity, isWithinLimits, isZero, parse } from '../../usage/quantity.ts';
import * as durations from '../values/duration.ts';
import * as addresses from '../values/listen.ts';
import { bad, good } from '../values/reading.ts';
import { shown } from '../values/shown.ts';
import * as sizes from '../values/size.ts';
import { leaf } from './leaf.ts';

/** "a", "a or b", "a, b or c" */
export const listed = (words: readonly string[], last = 'or'): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;

const LONGEST_DURATION = 31 * DAY;

export const duration = ({ least = 0, most = LONGEST_DURATION }: { least?: Millis; most?: Millis } = {}) =>
  leaf((text) => durations.read(text, { least, most }), {
    type: 'string',
    pattern: '^([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$',
    minLength: 2,
  });

export const size = ({ least, most }: { least: number; most: number }) =>
  leaf((text) => sizes.read(text, { least, most }), {
    type: 'string',
    pattern: '^[0-9]+(B|KiB|MiB|GiB|TiB|kB|KB|MB|GB|TB)$',
  });

export const listen = () => leaf(addresses.read, { type: 'string', pattern: '^(unix:/.+|.+:[0-9]{1,5})$' });

export const integer = ({ least, most }: { least: number; most: number }) =>
  leaf(
    (text) => {
      const value = /^(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : undefined;
      return value === undefined || value < least || value > most
        ? bad(`${shown(text)} is no whole number from ${least} to ${most}`, `write a number from ${least} to ${most}`)
        : good(value);
    },
    { type: 'integer', minimum: least, maximum: most },
  );

/** The rights of a file, in octal digits; its owner may always read and write. */
export const rights = () =>
  leaf(
    (text) =>
      /^0?[67][0-7]{2}$/.test(text)
        ? good(Number.parseInt(text, 8))
        : bad(
            `${shown(text)} is no set of rights with which the owner may read and write`,
            'write octal digits like "0660" or "0600"',
          ),
    { type: 'string', pattern: '^0?[67][0-7]{2}$' },
  );

/** A decimal above zero, exact as its digits stand. */
export const positive = () =>
  leaf(
    (text) => {
      const value = parse(text);
      if (value === undefined) return bad(`${shown(text)} is no number`, 'write a decimal number like 1000 or 0.5');
      if (isZero(value) || value.digits < 0n) return bad(`${shown(text)} is not above zero`, 'write a number above 0');
      return isWithinLimits(value)
        ? good(value)
        : bad(
            `${shown(formatQuantity(value))} has too many digits`,
            'at most 30 digits before the point and 20 behind it',
          );
    },
    { type: ['number', 'string'], exclusiveMinimum: 0, pattern: '^[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?$' },
  );

export const flag = () =>
  leaf(
    (text) =>
      text === 'true' || text === 'false'
        ? good(text === 'true')
        : bad(`${shown(text)} is neither true nor false`, 'write true or false'),
    {
      type: 'boolean',
    },
  );

/** One of some words. Words of `later` are told apart from typing mistakes; `what` names the kind of word. */
export const oneOf = <const W extends string>(what: string, words: readonly W[], later: readonly string[] = []) =>
  leaf<W>(
    (text) => {
      const word = words.find((candidate) => candidate === text);
      if (word !== undefined) return good(word);
      if (later.includes(text))
        return bad(`${what} ${text} is not in this version; ${listed(words, 'and')} are`, `write ${listed(words)}`);
      const near = nearestTo(text, words);
      return bad(
        `${shown(text)} is no ${what}${near === undefined ? '' : `: did you mean ${near}?`}`,
        `write ${listed(words)}`,
      );
    },
    { type: 'string', enum: [...words] },
  );

/** A text of these characters, 1 to `most` long; `what` says what it is, `fix` where to find it. */
export const word = (what: string, pattern: RegExp, { most, fix }: { most: number; fix: string }) =>
  leaf(
    (text) => {
      if (text === '') return bad(`${what} is empty`, fix);
      if (text.length > most) return bad(`${what} has ${text.length} characters, and ${most} are the most`, fix);
      return pattern.test(text) ? good(text) : bad(`${shown(text)} is no ${what}`, fix);
    },
    { type: 'string', minLength: 1, maxLength: most, pattern: pattern.source },
  );

const LONGEST_PATH = 4096;

export const path = () =>
  leaf(
    (text) =>
      text === '' || text.length > LONGEST_PATH
        ? bad('the path is empty or too long', 'write the path of a file or folder')
        : good(text),
    { type: 'string', minLength: 1, maxLength: LONGEST_PATH },
  );

/** Any text with line ends in it. */
export const lines = () =>
  leaf((text) => (text === '' ? bad('the text is empty', 'leave it out') : good(text)), {
    type: 'string',
    minLength: 1,
  });
