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

/** What became of one report, for the metrics. */
export type ReportResult = 'accepted' | 'duplicate' | 'late';

const resultOf = (index: number, { which }: Extract<Receipt, { kind: 'accepted' }>): ReportResult => {
  if (which?.duplicates.includes(index)) return 'duplicate';
  return which?.late.includes(index) ? 'late' : 'accepted';
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
  count,
}: {
  readonly ledger: Pick<Ledger, 'append' | 'firstHour'>;
  readonly clock: Clock;
  readonly timekeeping: Pick<Timekeeping, 'now'>;
  /** Counts reports for the metrics. */
  readonly count: (dimension: string, result: ReportResult) => void;
}): Recording => ({
  take: async (reports, key) => {
    const arrival = clock.wall();
    const now = timekeeping.now() ?? arrival;
    const open = Math.max(hourOf(now), ledger.firstHour) as Hour;
    const oldest = oldestAt(now);
    const receipt = await ledger.append({ reports, arrival, ...(key === undefined ? {} : { key }) }, (named, taken) =>
      placeOf(named, { first: ledger.firstHour, oldest, open, taken }),
    );
    if (receipt.kind !== 'accepted') return receipt;
    for (const [index, { dimension }] of reports.entries()) count(dimension, resultOf(index, receipt));
    return receipt;
  },
});
