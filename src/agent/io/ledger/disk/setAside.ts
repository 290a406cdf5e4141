import { renameSync } from 'node:fs';
import { toError } from '../../../core/errors.ts';
import type { Instant } from '../../../core/time/hour.ts';
import type { Log } from '../../../ports.ts';

/** A file that was no ledger any more: where it lies now, and why. */
export type Aside = { readonly path: string; readonly why: string };

/** Puts a file and its log under a name with the time: a person may want them back, so nothing is ever deleted. */
export const setAside = (file: string, error: unknown, now: Instant, log: Log): Aside => {
  const path = `${file}.broken-${new Date(now).toISOString().replaceAll(':', '')}`;
  for (const suffix of ['', '-wal']) {
    try {
      renameSync(`${file}${suffix}`, `${path}${suffix}`);
    } catch (missing) {
      if (suffix === '') throw missing;
    }
  }
  const why = toError(error).message;
  log.error('ledger set aside', { file, aside: path, why });
  return { path, why };
};
