import { type Millis, SECOND } from '../time/hour.ts';

/** What a stopping agent knows of whoever may still report. */
export type Quiet = {
  /** Since the last request came or was answered. */
  readonly silent: Millis;
  readonly connections: number;
  /** Whether an answer has ended a connection that its client would have kept. */
  readonly dismissed: boolean;
};

/** A door that nobody has used for this long, and to which nobody is connected, is no longer needed. */
const SILENCE: Millis = 2 * SECOND;

/** Whoever kept a connection until an answer ended it may report again, and no connection shows any more that it lives. */
const SILENCE_OF_DISMISSED: Millis = 10 * SECOND;

/** Whether nobody seems to need the door any more. */
export const isQuiet = ({ silent, connections, dismissed }: Quiet): boolean =>
  connections === 0 && silent >= (dismissed ? SILENCE_OF_DISMISSED : SILENCE);

/** How often a stopping agent looks whether the door has fallen silent. */
export const LOOK: Millis = SECOND / 5;

/** Between two tries of the last flush. */
export const RETRY: Millis = SECOND;

/** So long the first record of the last flush is waited for alone, to find out whether there is any hope. */
export const PROBE: Millis = 2 * SECOND;

/** How many records of the last flush are under way at once. */
export const AT_ONCE = 8;

/** What of the budget belongs to AWS: the drain, or half of a budget that is shorter than twice the drain. */
export const shareOfAws = (budget: Millis, drain: Millis): Millis => Math.min(drain, budget / 2);
