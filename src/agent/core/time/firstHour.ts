import { type Hour, hourOf, type Instant, type Millis, SECOND } from './hour.ts';

/**
 * The first hour of a resource that began `ago` before `now`, AWS's time. A Date says whole seconds: the later end is taken,
 * so that the hour is never one in which the resource did not live yet (API reference, MeterUsage: AWS refuses those).
 */
export const firstHourOf = (now: Instant, ago: Millis): Hour => hourOf(Math.min(now, now - ago + SECOND - 1));
