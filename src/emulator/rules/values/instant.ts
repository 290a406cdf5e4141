/** Milliseconds since the epoch, UTC. */
export type Instant = number;

/** One UTC clock hour, counted from the epoch. */
export type Hour = number;

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

export const hourOf = (instant: Instant): Hour => Math.floor(instant / HOUR);

/** As AWS writes times: `2026-03-01T10:00:00Z`, with milliseconds only where there are some. */
export const isoOf = (instant: Instant): string => new Date(instant).toISOString().replace('.000Z', 'Z');

export const hourText = (hour: Hour): string => isoOf(hour * HOUR);

/** The wire knows whole seconds where it counts; fractions are cut. */
export const wholeSecond = (instant: Instant): Instant => Math.floor(instant / SECOND) * SECOND;

/** The first instant of the instant's month. */
export const monthStart = (instant: Instant): Instant => {
  const date = new Date(instant);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
};
