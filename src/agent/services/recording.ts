import { edgeOf, type Hour, hourOf, type Instant } from '../core/hour.ts';
import { placeOf } from '../core/place.ts';
import type { Receipt, Report } from '../core/report.ts';
import type { Clock, Ledger } from '../ports.ts';
import type { Timekeeping } from './timekeeping.ts';

export type Recording = {
  /** Takes the reports of one request: they count whole or not at all, and the answer means that they are on disk. */
  readonly take: (
    reports: readonly Report[],
    key?: { readonly value: string; readonly digest: string },
  ) => Promise<Receipt>;
};

/** The oldest hour that may still be sent. */
const oldestAt = (now: Instant): Hour => {
  let hour = hourOf(now);
  while (edgeOf((hour - 1) as Hour) > now) hour = (hour - 1) as Hour;
  return hour;
};

/**
 * door ──reports──▶ place (which hour?) ──▶ ledger ──▶ receipt
 */
export const makeRecording = ({
  ledger,
  clock,
  timekeeping,
}: {
  readonly ledger: Pick<Ledger, 'append' | 'firstHour'>;
  readonly clock: Clock;
  readonly timekeeping: Pick<Timekeeping, 'now'>;
}): Recording => ({
  take: (reports, key) => {
    const arrival = clock.wall();
    const now = timekeeping.now() ?? arrival;
    const open = Math.max(hourOf(now), ledger.firstHour) as Hour;
    const oldest = oldestAt(now);
    return ledger.append({ reports, arrival, ...(key === undefined ? {} : { key }) }, (named, taken) =>
      placeOf(named, { first: ledger.firstHour, oldest, open, taken }),
    );
  },
});
