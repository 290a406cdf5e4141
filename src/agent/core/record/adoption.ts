import type { Config } from '../configuration/config.ts';
import type { Hour, Instant } from '../time/hour.ts';
import type { Outcome } from './outcome.ts';

/** What is known of the resource that wrote the ledger before this one. */
export type Predecessor = {
  /** When it last wrote, by the wall. */
  readonly lastWrite: Instant;
  /** Whether we run on EC2, where an image or a snapshot wakes up many times, each time with the same ledger in it. */
  readonly onEc2: boolean;
};

/** Whether what a dead resource left may be billed by the one that found it. */
export const mayAdopt = (
  { lastWrite, onEc2 }: Predecessor,
  { adopt }: Pick<Config['metering'], 'adopt'>,
  now: Instant,
): boolean => (!onEc2 || adopt.onEc2) && now - lastWrite <= adopt.within;

/** What becomes of a record, or of an hour that none was made of, which another resource left behind. */
export const adopted = (
  { doubt, may, firstHour }: { readonly doubt: boolean; readonly may: boolean; readonly firstHour: Hour },
  { onAdopt }: Pick<Config['metering'], 'onAdopt'>,
): Outcome => {
  const move: Outcome = {
    state: 'moved',
    doubt,
    units: { to: 'move', hour: firstHour },
    reason: 'its resource is gone; its successor took it over',
  };
  if (may && (!doubt || onAdopt === 'retry')) return move;
  return {
    state: 'quarantined',
    doubt,
    units: { to: 'stay' },
    reason: may
      ? 'its resource is gone, and AWS may have it'
      : 'its resource is gone, and this one may not take it over (metering.adopt)',
  };
};
