import { hourOf } from '../../agent/core/time/hour.ts';
import * as quantity from '../../agent/core/usage/quantity.ts';
import type { Sold } from '../dimensions.ts';
import type { Entry } from '../journal.ts';

type Report = Extract<Entry, { kind: 'report' }>;
type Counted = { readonly report: Report; readonly hour: number };

/** Each acknowledged report once, with the hour it counts in. */
const countedOf = (entries: readonly Entry[], dimension: string): readonly Counted[] => {
  const reports = new Map(entries.flatMap((entry) => (entry.kind === 'report' ? [[entry.id, entry]] : [])));
  const counted = new Map<string, Counted>();
  for (const entry of entries) {
    if (entry.kind !== 'acknowledged' || counted.has(entry.id)) continue;
    const report = reports.get(entry.id);
    if (report === undefined) throw new Error(`the app's book acknowledges ${entry.id}, which it never reported`);
    if (report.dimension !== dimension) continue;
    counted.set(entry.id, { report, hour: hourOf(entry.late ? entry.at : Date.parse(report.timestamp)) });
  }
  return [...counted.values()];
};

/**
 * What the app says it used, from nothing but its own book: the sum of what was acknowledged, or for a maximum the sum
 * over the hours of the highest of each.
 */
export const appCount = (entries: readonly Entry[], { dimension, meter }: Sold): quantity.Quantity => {
  const counted = countedOf(entries, dimension);
  if (meter === 'sum') return quantity.sum(counted.map(({ report }) => quantity.read(report.quantity)));
  const highest = new Map<number, quantity.Quantity>();
  for (const { report, hour } of counted) {
    highest.set(hour, quantity.max(highest.get(hour) ?? quantity.ZERO, quantity.read(report.quantity)));
  }
  return quantity.sum(highest.values());
};
