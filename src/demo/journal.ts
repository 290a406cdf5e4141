import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { Instant } from '../agent/core/time/hour.ts';

/** A report as the sample app hands it in. Times as RFC 3339, quantities as decimal texts. */
export type SampleReport = {
  readonly id: string;
  readonly dimension: string;
  readonly quantity: string;
  readonly timestamp: string;
};

/** One line of the sample app's own book. A report stands in it before it is handed in, its acknowledgement after. */
export type Entry =
  | { readonly kind: 'started'; readonly pid: number }
  | ({ readonly kind: 'report' } & SampleReport)
  /** `late`: it counted in the hour that was open at `at`, since its own had been sent. */
  | { readonly kind: 'acknowledged'; readonly id: string; readonly late: boolean; readonly at: Instant }
  /** The same report once more, on purpose or since no answer came. */
  | { readonly kind: 'repeated'; readonly id: string };

/** A whole line at once: what a killed process wrote is there, since the page cache is the kernel's. */
export const write = (file: string, entry: Entry): void => appendFileSync(file, `${JSON.stringify(entry)}\n`);

export const read = (file: string): readonly Entry[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Entry)
    : [];

/** The reports of which nobody has said yet that they count. */
export const unacknowledged = (entries: readonly Entry[]): readonly SampleReport[] => {
  const known = new Set(entries.flatMap((entry) => (entry.kind === 'acknowledged' ? [entry.id] : [])));
  return entries.flatMap((entry) => {
    if (entry.kind !== 'report' || known.has(entry.id)) return [];
    const { kind: _, ...report } = entry;
    return [report];
  });
};
