import type { Config } from '../core/configuration/config.ts';
import { EXIT } from '../core/exitCode.ts';
import { timeOf } from '../core/time/awsTime.ts';
import { type Millis, SECOND } from '../core/time/hour.ts';
import type { OpenLedger } from '../io/ledger/ledger.ts';
import type { Metrics } from '../io/metrics/metrics.ts';
import type { Marketplace } from '../ports.ts';
import { makeFlushing } from '../services/flushing.ts';
import { makeRecording } from '../services/recording.ts';
import { makeReporting } from '../services/reporting.ts';
import { makeSending } from '../services/sending.ts';
import { makeTimekeeping } from '../services/timekeeping.ts';
import type { Verdicts } from '../services/verdicts.ts';
import type { Deps } from './deps.ts';
import type { Elect } from './openStandby.ts';

export type TollParts = {
  readonly config: Config;
  readonly ledger: OpenLedger;
  readonly marketplace: Marketplace;
  readonly resource: string;
  readonly verdicts: Verdicts;
  readonly metrics: Metrics;
  /** Where replicas elect one of them that counts. */
  readonly elect?: Elect | undefined;
};

/** A back-off that ends between two ticks is looked for at least this often. */
const LOOK: Millis = 10 * SECOND;

/** Everything of a usage product that comes after the ledger. */
export const makeToll = (
  { config, ledger, marketplace, resource, verdicts, metrics, elect }: TollParts,
  deps: Deps,
) => {
  const { clock, scheduler, log } = deps;
  const { product, dimensions, metering: policies } = config;

  const timekeeping = makeTimekeeping({
    clock,
    log,
    ask: async () => {
      const date = await marketplace.date();
      const [first] = dimensions;
      if (date !== undefined || first === undefined) return date;
      // Whoever does not answer a HEAD as AWS does may still answer AWS's own question.
      const question = { productCode: product.code, dimension: first.name, timestamp: clock.wall() };
      const answer = await marketplace.dryRun(question);
      return timeOf(answer, clock.wall());
    },
  });
  const electing = elect?.(timekeeping);
  const shared = { ...deps, ledger, marketplace, timekeeping, leading: electing, resource, dimensions, policies };
  const sending = makeSending(shared);
  const reporting = makeReporting({ ...shared, sending, verdict: verdicts.current });
  const flushing = makeFlushing({ ...shared, sending });
  const recording = makeRecording({
    ...shared,
    count: (dimension, result) => metrics.count('reports_total', 1, { dimension, result }),
  });

  const failingFor = (): Millis => {
    const { failingSince } = sending.sender();
    return failingSince === undefined ? 0 : clock.monotonic() - failingSince;
  };

  /** What the vendor chose for a product whose metering fails and fails. */
  const judgeFailing = (): void => {
    const { after, do: consequence } = policies.whenFailing;
    if (consequence !== 'exit' || failingFor() < after) return;
    const reason = `metering has failed for ${Math.round(failingFor() / SECOND)} s, and metering.whenFailing says exit`;
    verdicts.set({ value: 'refused', reason, confirmed: false, remembered: false, exitCode: EXIT.unreachable });
  };

  /** The minute's tick only wakes, and so do a changed verdict and a back-off that ends sooner. */
  const start = (signal: AbortSignal): void => {
    const wake = async (): Promise<void> => {
      await reporting.pass();
      if (!signal.aborted) judgeFailing();
    };
    const wakeSooner = async (): Promise<void> => {
      while (!signal.aborted) {
        const next = reporting.nextWake();
        const delay = next === undefined ? LOOK : next - clock.monotonic();
        await scheduler.sleep(Math.min(LOOK, Math.max(SECOND, delay)), signal);
        if (next !== undefined && clock.monotonic() >= next && !signal.aborted) await wake();
      }
    };
    const ticks = scheduler.everyMinute(() => void wake());
    signal.addEventListener('abort', ticks.stop, { once: true });
    verdicts.onChange(() => void wake());
    void wakeSooner();
    electing?.start(signal);
  };

  return { timekeeping, sending, reporting, flushing, recording, electing, failingFor, start };
};

export type Toll = ReturnType<typeof makeToll>;
