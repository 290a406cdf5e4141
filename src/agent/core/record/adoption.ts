import type { Config } from '../configuration/config.ts';
import type { Hour, Instant } from '../time/hour.ts';
import type { Outcome } from './outcome.ts';

/** What is known of whoever wrote the ledger before. */
export type Predecessor = {
  /** When it last wrote, by the wall. */
  readonly lastWrite: Instant;
  /** Whether we run on EC2, where an image or a snapshot wakes up many times, each time with the same ledger in it. */
  readonly onEc2: boolean;
  /** Whether the ledger was written on another disk than the one it lies on now. */
  readonly isCopy: boolean;
};

/**
 * A disk that is known by another serial number than the one the ledger was written on was made of a snapshot or an image:
 * its original, and other copies, may send what is in it as well. Where either is not known nobody can tell.
 */
export const isCopied = (written: string | undefined, here: string | undefined): boolean =>
  written !== undefined && here !== undefined && written !== here;

/** Why what is left in a ledger may not be billed by the one that found it; undefined when it may. */
export const refusalToAdopt = (
  { lastWrite, onEc2, isCopy }: Predecessor,
  { adopt }: Pick<Config['metering'], 'adopt'>,
  now: Instant,
): string | undefined => {
  if (isCopy) return 'the ledger is a copy on another disk, and its original may have sent it';
  const may = (!onEc2 || adopt.onEc2) && now - lastWrite <= adopt.within;
  return may ? undefined : 'its resource is gone, and this one may not take it over (metering.adopt)';
};

/** What becomes of a record, or of an hour that none was made of, which another resource or the original left behind. */
export const adopted = (
  {
    doubt,
    refusal,
    firstHour,
  }: { readonly doubt: boolean; readonly refusal: string | undefined; readonly firstHour: Hour },
  { onAdopt }: Pick<Config['metering'], 'onAdopt'>,
): Outcome => {
  if (refusal === undefined && (!doubt || onAdopt === 'retry')) {
    return {
      state: 'moved',
      doubt,
      units: { to: 'move', hour: firstHour },
      reason: 'its resource is gone; its successor took it over',
    };
  }
  const reason = refusal ?? 'its resource is gone, and AWS may have it';
  return { state: 'quarantined', doubt, units: { to: 'stay' }, reason };
};
