import type { EdgeFigures } from '../agentHandle.ts';
import type { Config, Listen } from '../core/configuration/config.ts';
import type { LedgerOverview } from '../core/record/overview.ts';
import type { Status } from '../core/status.ts';
import type { Instant, Millis } from '../core/time/hour.ts';
import { type Health, type HealthHandlers, makeHealth } from '../io/door/health.ts';
import type { Metrics } from '../io/metrics/metrics.ts';
import { showStatus } from '../io/metrics/showStatus.ts';
import type { Deps } from './deps.ts';

/** Probes come from outside the pod or task. */
const LISTEN_OF_RUN: Listen = { kind: 'tcp', host: '0.0.0.0', port: 8788 };

export type HealthParts = {
  readonly config: Config;
  readonly mode: 'run' | 'exec';
  readonly metrics: Metrics;
  readonly handlers: Pick<HealthHandlers, 'verdict' | 'started'>;
  /** One look at everything: the ledger is read once a scrape. */
  readonly look: () => { readonly status: Status; readonly overview: LedgerOverview | undefined };
  readonly failingFor: () => Millis;
  /** Why another replica counts, or nobody; undefined when this one does. */
  readonly whyNotLeader: () => string | undefined;
  readonly keyRotation: () => Instant | undefined;
  readonly edge: EdgeFigures;
};

/** Where the probes are answered: in `run` always unless switched off, in `exec` only where it is set. */
export const healthListenOf = ({ health }: Config, mode: HealthParts['mode']): Listen | undefined =>
  health.listen ?? (mode === 'run' && health.explicitlyOff !== true ? LISTEN_OF_RUN : undefined);

/** Opens the listener for probes and scrapers, if there is to be one. */
export const openHealth = async (parts: HealthParts, { log }: Pick<Deps, 'log'>): Promise<Health | undefined> => {
  const { config, metrics, handlers, edge } = parts;
  const listen = healthListenOf(config, parts.mode);
  if (listen === undefined) return undefined;

  const totals = new Map<string, number>();
  /** Brings a counter to a total that somebody else keeps. */
  const countUp = (name: 'log_lines_lost_total' | 'troubles_total', total: number): void => {
    const more = total - (totals.get(name) ?? 0);
    if (more > 0) metrics.count(name, more);
    totals.set(name, total);
  };
  metrics.onScrape(() => {
    const { status, overview } = parts.look();
    showStatus(metrics, status, { overview, keyRotation: parts.keyRotation() });
    countUp('log_lines_lost_total', edge.lostLines());
    countUp('troubles_total', edge.troubles());
  });

  const { after, do: consequence } = config.metering.whenFailing;
  const failing = (): string | undefined =>
    consequence === 'readiness' && parts.failingFor() >= after
      ? 'metering fails, and metering.whenFailing says readiness'
      : undefined;
  const notReady = (): string | undefined => failing() ?? parts.whyNotLeader();
  const health = makeHealth({ listen, handlers: { ...handlers, notReady, metrics: metrics.text }, log });
  await health.start();
  return health;
};
