import { Counter, Gauge, Registry } from 'prom-client';
import { METRICS, type MetricName } from './catalogue.ts';

/** One figure of a metric under one set of labels. */
export type Series = { readonly labels: Readonly<Record<string, string>>; readonly value: number };

const PREFIX = 'tollgate_';

/** All metrics of the catalogue as Prometheus text: also those without a figure yet, so that alerts can be written. */
export const exposition = (series: ReadonlyMap<MetricName, readonly Series[]>): Promise<string> => {
  const registry = new Registry();
  for (const name of Object.keys(METRICS) as MetricName[]) {
    const row = METRICS[name];
    const labelNames = 'labels' in row ? [...row.labels] : [];
    const about = { name: `${PREFIX}${name}`, help: row.help, labelNames, registers: [registry] };
    // In the catalogue's order of labels, whatever the order they were given in.
    const figures = (series.get(name) ?? []).map(({ labels, value }) => ({
      value,
      labels: Object.fromEntries(labelNames.map((label) => [label, labels[label] ?? ''])),
    }));
    if (row.kind === 'counter') {
      const counter = new Counter(about);
      for (const { labels, value } of figures) counter.inc(labels, value);
    } else {
      const gauge = new Gauge(about);
      for (const { labels, value } of figures) gauge.set(labels, value);
    }
  }
  return registry.metrics();
};
