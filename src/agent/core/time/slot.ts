import { createHash } from 'node:crypto';
import { endOf, endsMonth, type Hour, type Instant, MINUTE, type Millis } from './hour.ts';

/** Pods of a fleet share the account's quota, so each sends at its own moment of these minutes; sooner at a month's end. */
const WIDTH: Millis = 10 * MINUTE;
const WIDTH_AT_MONTHS_END: Millis = 3 * MINUTE;

/** Where in [0, 1) the resource's moment lies: the same for every hour, spread evenly over resources. */
const fractionOf = (resource: string): number =>
  createHash('sha256').update(resource).digest().readUInt32BE(0) / 2 ** 32;

/** The instant, by AWS's time, from which a closed hour of this resource may be frozen and sent. */
export const slotOf = (hour: Hour, resource: string, settle: Millis): Instant =>
  endOf(hour) + settle + Math.floor(fractionOf(resource) * (endsMonth(hour) ? WIDTH_AT_MONTHS_END : WIDTH));
