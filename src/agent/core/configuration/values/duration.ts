import { HOUR, MINUTE, type Millis, SECOND } from '../../time/hour.ts';
import { bad, good, type Reading } from './reading.ts';
import { shown } from './shown.ts';

/** Largest first: a duration names each at most once, in this order. */
const UNITS = [
  ['h', HOUR],
  ['m', MINUTE],
  ['s', SECOND],
  ['ms', 1],
] as const;

const WRITTEN = /^(?:(\d{1,9})h)?(?:(\d{1,9})m(?!s))?(?:(\d{1,9})s)?(?:(\d{1,9})ms)?$/;

/** `90s`, `1h30m`, `250ms`. */
export const format = (millis: Millis): string => {
  let rest = millis;
  let text = '';
  for (const [unit, length] of UNITS) {
    const count = Math.floor(rest / length);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * length;
  }
  return text === '' ? '0s' : text;
};

/** Reads a length of time with its units; `least` and `most` are inclusive, in milliseconds. */
export const read = (text: string, { least, most }: { least: Millis; most: Millis }): Reading<Millis> => {
  const match = text === '' ? null : WRITTEN.exec(text);
  if (match === null) {
    return /^\d+(\.\d+)?$/.test(text)
      ? bad(`${text} has no unit`, `write it with its unit: ${text}s, ${text}m or ${text}h`)
      : bad(`${shown(text)} is no length of time`, 'write it like 30m, 90s, 250ms or 1h30m');
  }
  const millis = UNITS.reduce((sum, [, length], index) => sum + Number(match[index + 1] ?? 0) * length, 0);
  if (millis < least) return bad(`${text} is too short`, `${format(least)} or more`);
  if (millis > most) return bad(`${text} is too long`, `${format(most)} or less`);
  return good(millis);
};
