import { bad, good, type Reading } from './reading.ts';
import { shown } from './shown.ts';

const KIB = 1024;
const KB = 1000;

const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KiB: KIB,
  MiB: KIB ** 2,
  GiB: KIB ** 3,
  TiB: KIB ** 4,
  kB: KB,
  KB,
  MB: KB ** 2,
  GB: KB ** 3,
  TB: KB ** 4,
};

/** In the largest unit that leaves a whole number: `1GiB`, `500MB`. */
export const format = (bytes: number): string => {
  const fitting = Object.entries(UNITS).filter(([name, size]) => name !== 'kB' && bytes >= size && bytes % size === 0);
  const [name, size] = fitting.sort(([, one], [, other]) => other - one)[0] ?? ['B', 1];
  return `${bytes / size}${name}`;
};

/** Reads a number of bytes with its unit; `least` and `most` are inclusive. */
export const read = (text: string, { least, most }: { least: number; most: number }): Reading<number> => {
  const match = /^(\d{1,15})([A-Za-z]+)$/.exec(text);
  const unit = match === null ? undefined : Object.hasOwn(UNITS, match[2] ?? '') ? UNITS[match[2] ?? ''] : undefined;
  if (match === null || unit === undefined) {
    return /^\d+$/.test(text)
      ? bad(`${text} has no unit`, `write it with its unit: ${text}MiB or ${text}GiB`)
      : bad(`${shown(text)} is no size`, 'write a whole number and its unit, like 64MiB, 1GiB or 500MB');
  }
  const bytes = Number(match[1]) * unit;
  if (bytes < least) return bad(`${text} is too small`, `${format(least)} or more`);
  if (bytes > most) return bad(`${text} is too large`, `${format(most)} or less`);
  return good(bytes);
};
