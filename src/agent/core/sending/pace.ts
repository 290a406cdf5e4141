import { MINUTE, type Millis, SECOND } from '../time/hour.ts';

/**
 * How fast one agent calls. The account's quota (10 MeterUsage a second: Marketplace metering service quotas) is shared by
 * every pod of every vendor in it, and nobody says how many there are: each throttle halves our pace, each success wins
 * back a part of what it is. Both are shares, so that the part of calls that AWS throttles is small and the same
 * for one pod and for a thousand (`npm run simulate:fleet` shows it).
 */
export type Pace = { readonly perSecond: number };

const MOST = 4;
/** 3,000 pods at this pace are just the quota. */
const LEAST = SECOND / (5 * MINUTE);
const LOSS = 1 / 2;
const GAIN = 1.1;

export const START: Pace = { perSecond: 1 };

export const afterThrottle = ({ perSecond }: Pace): Pace => ({ perSecond: Math.max(LEAST, perSecond * LOSS) });
export const afterSuccess = ({ perSecond }: Pace): Pace => ({ perSecond: Math.min(MOST, perSecond * GAIN) });

/** Several tries of each record still fit into what is left of its hour's window. */
const TRIES = 4;

/**
 * The pause before the next call for an hour of which so many records wait, and so much of its window is left: never so long
 * that it alone would bring them past their edge.
 */
export const gapFor = (pace: Pace, { left, waiting }: { readonly left: Millis; readonly waiting: number }): Millis =>
  Math.min(gapOf(pace), Math.max(SECOND, Math.floor(left / (TRIES * waiting))));

/** The pause between two calls. */
export const gapOf = ({ perSecond }: Pace): Millis => Math.ceil(SECOND / perSecond);
