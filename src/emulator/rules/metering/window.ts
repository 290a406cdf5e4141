import { error, type Refusal } from '../answer.ts';
import { HOUR, type Instant, isoOf, monthStart, wholeSecond } from '../values/instant.ts';

/** "Your application can meter usage for up to six hours in the past" (API reference, MeterUsage). */
const METER_WINDOW = 6 * HOUR;

/** "Usage records aren't accepted 24 hours or more after an event" (API reference, BatchMeterUsage). */
const BATCH_WINDOW = 24 * HOUR;

/** Until 06:00 UTC on the first, a month's records are still taken (API reference, BatchMeterUsage). */
const MONTH_GRACE = 6 * HOUR;

const outside = (timestamp: Instant, why: string): Refusal =>
  error('TimestampOutOfBoundsException', `The timestamp ${isoOf(timestamp)} is out of allowed range: ${why}.`);

/** Not stated for a margin; assumed: none, a second ahead of AWS's clock is refused. */
const isFuture = (timestamp: Instant, now: Instant): boolean => timestamp > now;

/** Not stated whether the stamp or its hour is meant; assumed: the stamp itself. */
const isOlderThan = (timestamp: Instant, window: number, now: Instant): boolean => now - timestamp > window;

/**
 * "Make sure the timestamp value is not before the start of the software usage" (API reference, MeterUsage).
 * The error's name is not stated; assumed: that of every other time outside. The start is cut to its second, since
 * the wire carries whole seconds.
 */
const isBeforeLaunch = (timestamp: Instant, launchedAt: Instant): boolean => timestamp < wholeSecond(launchedAt);

export const checkWindow = (timestamp: Instant, launchedAt: Instant, now: Instant): Refusal | undefined => {
  if (isFuture(timestamp, now)) return outside(timestamp, 'it is in the future');
  if (isOlderThan(timestamp, METER_WINDOW, now)) return outside(timestamp, 'it is more than six hours ago');
  if (isBeforeLaunch(timestamp, launchedAt)) return outside(timestamp, 'it is before the start of the software usage');
  return undefined;
};

/** 24 hours, and no record of last month after 06:00 UTC on the first (API reference, BatchMeterUsage). */
export const checkBatchWindow = (timestamp: Instant, now: Instant): Refusal | undefined => {
  if (isFuture(timestamp, now)) return outside(timestamp, 'it is in the future');
  if (now - timestamp >= BATCH_WINDOW) return outside(timestamp, 'it is 24 hours ago or more');
  const month = monthStart(now);
  if (timestamp < month && now >= month + MONTH_GRACE) return outside(timestamp, 'the month is closed');
  return undefined;
};
