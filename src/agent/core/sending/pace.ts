import { type Millis, SECOND } from '../time/hour.ts';

/**
 * How fast one agent calls. The account's quota (10 MeterUsage a second: Marketplace metering service quotas) is shared by
 * every pod of every vendor in it, so each throttle halves our pace and each success wins a little of it back.
 */
export type Pace = { readonly perSecond: number };

const MOST = 4;
const LEAST = 1 / 30;
const STEP = 0.25;

export const START: Pace = { perSecond: MOST };

export const afterThrottle = ({ perSecond }: Pace): Pace => ({ perSecond: Math.max(LEAST, perSecond / 2) });
export const afterSuccess = ({ perSecond }: Pace): Pace => ({ perSecond: Math.min(MOST, perSecond + STEP) });

/** The pause between two calls. */
export const gapOf = ({ perSecond }: Pace): Millis => Math.ceil(SECOND / perSecond);
