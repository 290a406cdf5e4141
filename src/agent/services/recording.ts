import { edgeOf, format as formatHour, type Hour, hourOf, type Instant } from '../core/time/hour.ts';
import { placeOf } from '../core/time/place.ts';
import { format } from '../core/usage/quantity.ts';
import type { Receipt, Report } from '../core/usage/report.ts';
import type { Clock, Ledger, Log } from '../ports.ts';
import { ALONE, type Leading } from './leading.ts';
import type { Timekeeping } from './timekeeping.ts';

export type Recording = {
  /** Takes the reports of one request: they count whole or not at all, and the answer means that they are on disk. */
  readonly take: (
    reports: readonly Report[],
    key?: { readonly value: string; readonly digest: string },
  ) => Promise<Receipt>;
};

/** What became of one report, for the metrics. */
export type ReportResult = 'accepted' | 'duplicate' | 'late' | 'uncounted' | 'conflict';

/** What became of each report of a batch, by its index. */
const resultsOf = ({
  repeated,
  which,
  uncounted,
}: Extract<Receipt, { kind: 'accepted' }>): ((index: number) => ReportResult) => {
  const [duplicates, late] = [new Set(which?.duplicates), new Set(which?.late)];
  const nothing = new Set(uncounted?.map(({ index }) => index));
  return (index) => {
    if (repeated === true || duplicates.has(index)) return 'duplicate';
    if (late.has(index)) return 'late';
    return nothing.has(index) ? 'uncounted' : 'accepted';
  };
};

/** The oldest hour that may still be sent. */
const oldestAt = (now: Instant): Hour => {
  let hour = hourOf(now);
  while (edgeOf((hour - 1) as Hour) > now) hour = (hour - 1) as Hour;
  return hour;
};

/** Seconds after which it is worth while to ask again: by then the way may lead to the one that counts. */
const ASK_LEADER = 5;

const notLeader = (why = 'this replica does not lead'): Receipt => ({
  kind: 'unavailable',
  reason: `not the leader: ${why}`,
  retryAfter: ASK_LEADER,
  notLeader: true,
});

/**
 * door ──reports──▶ place (which hour?) ──▶ ledger ──▶ receipt
 */
export const makeRecording = ({
  ledger,
  clock,
  timekeeping,
  leading = ALONE,
  count,
  log,
}: {
  readonly ledger: Pick<Ledger, 'append' | 'firstHour'>;
  readonly clock: Clock;
  readonly timekeeping: Pick<Timekeeping, 'guess'>;
  /** Whether there is another replica that may be the one to count; absent: there is none. */
  readonly leading?: Leading | undefined;
  /** Counts reports for the metrics. */
  readonly count: (dimension: string, result: ReportResult) => void;
  readonly log: Pick<Log, 'warn'>;
}): Recording => ({
  take: async (reports, key) => {
    // The wall dates reports, but a wall that was set for a minute must not send usage to another year, nor ids to oblivion.
    const arrival = timekeeping.guess();
    const now = arrival ?? clock.wall();
    const hours = leading.hours();
    const first = Math.max(ledger.firstHour(), hours?.from ?? 0) as Hour;
    const open = Math.max(hourOf(now), first) as Hour;
    if (hours === undefined || open > hours.last) return notLeader(leading.whyNot());
    const oldest = oldestAt(now);
    const batch = { reports, arrival, ...(key === undefined ? {} : { key }) };
    // An hour to come may be another replica's.
    const receipt = await ledger.append(batch, (named, taken) =>
      placeOf(Math.min(named, hours.last) as Hour, { first, oldest, open, taken }),
    );
    if (receipt.kind === 'conflict') {
      for (const report of receipt.indices.map((index) => reports[index])) {
        if (report === undefined) continue;
        const { id, dimension, quantity } = report;
        // Somebody's producer is wrong: it uses one id for two things.
        log.warn('an id was taken before with other content', { id, dimension, quantity: format(quantity) });
        count(dimension, 'conflict');
      }
    }
    if (receipt.kind === 'accepted') {
      for (const { index } of receipt.uncounted?.filter(({ why }) => why === 'brake') ?? []) {
        const { dimension, source } = reports[index] ?? {};
        log.warn('counter series held', {
          dimension,
          source,
          why: 'it was reset more than six times within an hour: two processes seem to report into it',
          fix: `see that only one does, then "tollgate ledger release ${formatHour(hourOf(reports[index]?.at ?? now))} ${dimension}"`,
        });
      }
      const resultOf = resultsOf(receipt);
      for (const [index, { dimension }] of reports.entries()) count(dimension, resultOf(index));
    }
    return receipt;
  },
});
