import { MINUTE, type Millis, SECOND } from '../time/hour.ts';

/** Waits with full jitter: anywhere between nothing and a ceiling that doubles with each failure. */
export type Backoff = { readonly first: Millis; readonly most: Millis };

/** Between tries of the gate while it is pending. A grant comes at most this long after the network does. */
export const GATE: Backoff = { first: SECOND, most: 15 * SECOND };

/**
 * Between tries of a gate that AWS throttles: it has heard us, and others wait as we do. A cluster of 600 pods needs two
 * minutes of the account's quota (5 RegisterUsage a second: Marketplace metering service quotas).
 */
export const CROWD: Backoff = { first: 2 * SECOND, most: MINUTE };

/** Between attempts of one record. */
export const RECORD: Backoff = { first: 2 * SECOND, most: 5 * MINUTE };

/** Between attempts of anything while nothing reaches AWS. A fleet that comes back all at once is spread over this. */
export const OUTAGE: Backoff = { first: 2 * SECOND, most: 2 * MINUTE };

/** Between attempts after a refusal that a person has to mend. */
export const REFUSED: Backoff = { first: 30 * SECOND, most: 5 * MINUTE };

/** The delay after `failures` failures in a row (1 or more). `fraction` is in [0, 1). */
export const delayAfter = ({ first, most }: Backoff, failures: number, fraction: number): Millis =>
  Math.floor(Math.min(most, first * 2 ** Math.min(failures - 1, 30)) * fraction);

/** Never more than a quarter of the time that is left, so that several tries still fit; at least a second. */
export const within = (delay: Millis, left: Millis): Millis => Math.max(SECOND, Math.min(delay, Math.floor(left / 4)));
