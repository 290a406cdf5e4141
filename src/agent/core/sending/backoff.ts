import { MINUTE, type Millis, SECOND } from '../time/hour.ts';

/** Waits with full jitter: anywhere between nothing and a ceiling that doubles with each failure. */
export type Backoff = { readonly first: Millis; readonly most: Millis };

/** Between tries of the gate while it is pending. A grant comes at most this long after the network does. */
export const GATE: Backoff = { first: SECOND, most: 15 * SECOND };

/** Between attempts of one record. */
export const RECORD: Backoff = { first: 2 * SECOND, most: 5 * MINUTE };

/** Between attempts after a refusal that a person has to mend. */
export const REFUSED: Backoff = { first: 30 * SECOND, most: 5 * MINUTE };

/** The delay after `failures` failures in a row (1 or more). `fraction` is in [0, 1). */
export const delayAfter = ({ first, most }: Backoff, failures: number, fraction: number): Millis =>
  Math.floor(Math.min(most, first * 2 ** Math.min(failures - 1, 30)) * fraction);

/** Never more than a quarter of the time that is left, so that several tries still fit; at least a second. */
export const within = (delay: Millis, left: Millis): Millis => Math.max(SECOND, Math.min(delay, Math.floor(left / 4)));
