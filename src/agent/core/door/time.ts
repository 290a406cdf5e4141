import { HOUR, type Instant, MINUTE, SECOND } from '../time/hour.ts';

export type TimeReading = { readonly at: Instant } | { readonly why: string };

/** The fraction of a second and the zone; all else stands at fixed places. */
const WRITTEN = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.(\d+))?([Zz]|[+-]\d{2}:\d{2})?$/;
const EXAMPLE = '2026-03-01T10:15:00Z';

/** What a person is told whose time is no time. */
export const NOT_RFC_3339 = `must be a time by RFC 3339, such as "${EXAMPLE}"; epoch numbers are not taken`;

const NO_DAY = 'names a day or an hour that does not exist';

const LONGEST_MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The two digits at a place. */
const pair = (text: string, at: number): number => (text.charCodeAt(at) - 0x30) * 10 + text.charCodeAt(at + 1) - 0x30;

const daysOf = (year: number, month: number): number => {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return leap ? 29 : (LONGEST_MONTHS[month - 1] ?? 0);
};

/** Minutes east of UTC; undefined when it is no offset. `-00:00` is UTC (RFC 3339, 4.3). */
const offsetOf = (zone: string): number | undefined => {
  if (zone === 'Z' || zone === 'z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4));
  if (hours > 23 || minutes > 59) return undefined;
  return (zone[0] === '-' ? -1 : 1) * (hours * 60 + minutes);
};

/**
 * Reads a time by RFC 3339 with its zone, to the millisecond. Further digits are cut, not rounded: the last nanosecond of
 * an hour stays in it. `T` and `Z` may be small letters; a space for the T is not taken. A leap second is taken where
 * there can be one, at the end of a UTC month, and counts as the millisecond before it: it belongs to the hour that ends.
 */
export const readTime = (text: string): TimeReading => {
  const match = WRITTEN.exec(text);
  if (match === null) return { why: NOT_RFC_3339 };
  const [, fraction = '', zone] = match;
  if (zone === undefined) return { why: `needs a zone: Z or an offset such as +05:30, as in "${EXAMPLE}"` };
  const year = pair(text, 0) * 100 + pair(text, 2);
  const [month, day, hour] = [pair(text, 5), pair(text, 8), pair(text, 11)];
  const [minute, second] = [pair(text, 14), pair(text, 17)];
  const offset = offsetOf(zone);
  if (month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return { why: NO_DAY };
  if (hour > 23 || minute > 59 || second > 60 || offset === undefined) return { why: NO_DAY };
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  if (year < 100) return { why: 'names a year long before this one' };
  const start = Date.UTC(year, month - 1, day, hour, minute) - offset * MINUTE;
  if (second === 60) {
    const next = start + MINUTE;
    const endsMonth = next % (24 * HOUR) === 0 && new Date(next).getUTCDate() === 1;
    return endsMonth ? { at: next - 1 } : { why: NO_DAY };
  }
  const millis = fraction === '' ? 0 : Number(fraction.slice(0, 3).padEnd(3, '0'));
  return { at: start + second * SECOND + millis };
};
