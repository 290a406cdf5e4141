import type { CounterName, GaugeName, LabelsOf, MetricName } from './catalogue.ts';
import type { Series } from './exposition.ts';

type LabelArguments<Name extends MetricName> =
  LabelsOf<Name> extends Readonly<Record<string, never>> ? [] : [labels: LabelsOf<Name>];

/** What the agent counts. Nothing secret and no usage of a buyer beyond the names of dimensions goes in. */
export type Metrics = {
  /** Adds to a counter; `by` is 1 or more. */
  readonly count: <Name extends CounterName>(name: Name, by: number, ...labels: LabelArguments<Name>) => void;
  readonly set: <Name extends GaugeName>(name: Name, value: number, ...labels: LabelArguments<Name>) => void;
  /** Forgets all label sets of a gauge: for the ones that are set anew as a whole. */
  readonly reset: (name: GaugeName) => void;
  /** Called before each `text`, for figures that are only worth finding out when somebody looks. */
  readonly onScrape: (refresh: () => void | Promise<void>) => void;
  /** Prometheus text format 0.0.4. */
  readonly text: () => Promise<string>;
};

/** Counters and gauges in plain memory; prom-client is loaded by the first scrape, since the gate does not need it. */
export const makeMetrics = (): Metrics => {
  const series = new Map<MetricName, Map<string, Series>>();
  const refreshers: (() => void | Promise<void>)[] = [];

  const change = (
    name: MetricName,
    labels: Readonly<Record<string, string>> = {},
    next: (before: number) => number,
  ): void => {
    const ofName = series.get(name) ?? new Map<string, Series>();
    series.set(name, ofName);
    const key = JSON.stringify(Object.entries(labels).sort());
    ofName.set(key, { labels, value: next(ofName.get(key)?.value ?? 0) });
  };

  return {
    count: (name, by, ...[labels]) => change(name, labels, (before) => before + by),
    set: (name, value, ...[labels]) => change(name, labels, () => value),
    reset: (name) => void series.delete(name),
    onScrape: (refresh) => void refreshers.push(refresh),
    text: async () => {
      for (const refresh of refreshers) await refresh();
      const { exposition } = await import('./exposition.ts');
      return exposition(new Map([...series].map(([name, ofName]) => [name, [...ofName.values()]])));
    },
  };
};
