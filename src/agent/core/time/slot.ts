import { createHash } from 'node:crypto';
import { endOf, endsMonth, type Hour, hourOf, type Instant, MINUTE, type Millis } from './hour.ts';

/** Pods of a fleet share the account's quota, so each sends at its own moment of these minutes; sooner at a month's end. */
const WIDTH: Millis = 10 * MINUTE;
const WIDTH_AT_MONTHS_END: Millis = 3 * MINUTE;

/** Where in [0, 1) the resource's moment lies: the same for every hour, spread evenly over resources. */
const fractionOf = (resource: string): number =>
  createHash('sha256').update(resource).digest().readUInt32BE(0) / 2 ** 32;

/** The instant, by AWS's time, from which a closed hour of this resource may be frozen and sent. */
export const slotOf = (hour: Hour, resource: string, settle: Millis): Instant =>
  endOf(hour) + settle + Math.floor(fractionOf(resource) * (endsMonth(hour) ? WIDTH_AT_MONTHS_END : WIDTH));

/**
 * The resource's first slot after `now`. Who waits for the minute's tick instead shares that moment with a tenth of the
 * fleet, which is more than the account's quota of that second.
 */
export const nextSlotAfter = (now: Instant, resource: string, settle: Millis): Instant => {
  let hour = (hourOf(now - settle - WIDTH) - 1) as Hour;
  while (slotOf(hour, resource, settle) <= now) hour = (hour + 1) as Hour;
  return slotOf(hour, resource, settle);
};
