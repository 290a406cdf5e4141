/** One UTC clock hour, counted from the epoch. AWS keeps one record for each resource, dimension and hour (API reference, MeterUsage). */
export type Hour = number & { readonly brand: 'Hour' };

/** Milliseconds since the epoch, UTC. */
export type Instant = number;

/** A length of time in milliseconds. */
export type Millis = number;

export const SECOND: Millis = 1_000;
export const MINUTE: Millis = 60 * SECOND;
export const HOUR: Millis = 60 * MINUTE;
export const DAY: Millis = 24 * HOUR;

export const hourOf = (instant: Instant): Hour => Math.floor(instant / HOUR) as Hour;
export const startOf = (hour: Hour): Instant => hour * HOUR;
export const endOf = (hour: Hour): Instant => startOf(hour) + HOUR;
export const next = (hour: Hour): Hour => (hour + 1) as Hour;

/** AWS refuses a record more than six hours old (API reference, MeterUsage); we stop a little before, so that no answer comes too late. */
const WINDOW = 6 * HOUR;
const MARGIN = 10 * MINUTE;

/** The last instant at which this hour may still be sent: 5 h 50 min after its start. */
export const edgeOf = (hour: Hour): Instant => startOf(hour) + WINDOW - MARGIN;

/** The last whole second of the hour: at or after the start of a resource that was born in it, and never in the future of a closed hour. */
export const stampOf = (hour: Hour): Instant => endOf(hour) - SECOND;

/** Whether this is the last hour of a UTC month, for which AWS documents no grace with containers. */
export const endsMonth = (hour: Hour): boolean => new Date(endOf(hour)).getUTCDate() === 1 && endOf(hour) % DAY === 0;

/** `2026-03-01T10Z`. */
export const format = (hour: Hour): string => `${new Date(startOf(hour)).toISOString().slice(0, 13)}Z`;

const WRITTEN = /^(\d{4}-\d{2}-\d{2}T\d{2})(?::00(?::00)?)?Z$/;

/** Reads what `format` writes, also with `:00` or `:00:00`; undefined when the text is no UTC hour. */
export const parse = (text: string): Hour | undefined => {
  const written = WRITTEN.exec(text);
  const instant = written === null ? Number.NaN : Date.parse(`${written[1]}:00:00Z`);
  return Number.isNaN(instant) ? undefined : hourOf(instant);
};
