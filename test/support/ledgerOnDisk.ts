import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as hour from '../../src/agent/core/time/hour.ts';
import * as quantity from '../../src/agent/core/usage/quantity.ts';
import type { Report } from '../../src/agent/core/usage/report.ts';
import { type LedgerOptions, type OpenLedger, openLedger } from '../../src/agent/io/ledger/ledger.ts';
import { POLICIES, SILENT, sumOf } from './tollWorld.ts';
import { makeVirtualTime } from './virtualTime.ts';

export const NOW = Date.parse('2026-03-01T10:10Z');
export const TEN = hour.hourOf(NOW);

export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'tollgate-ledger-'));

/** A ledger in a folder of its own, with sensible options and real group commits. */
export const openIn = (
  directory: string,
  more: Partial<LedgerOptions> = {},
  settings: Partial<LedgerOptions['settings']> = {},
): Promise<OpenLedger> => {
  const { clock, scheduler } = makeVirtualTime(NOW);
  return openLedger({
    settings: {
      directory,
      maxBytes: 2 ** 26,
      dedupe: { keep: 24 * hour.HOUR, least: hour.HOUR },
      retain: 90 * hour.DAY,
      wait: 0,
      ...settings,
    },
    product: 'p',
    dimensions: [sumOf('requests'), { ...sumOf('peak'), meter: 'max', scope: 'pod' }],
    policies: POLICIES,
    resource: 'task/one',
    onEc2: false,
    clock,
    scheduler,
    log: SILENT,
    ...more,
  });
};

export const reportOf = (count: number | string, more: Partial<Report> = {}): Report => ({
  dimension: 'requests',
  quantity: quantity.read(String(count)),
  at: NOW,
  dated: false,
  ...more,
});

/** Takes a batch as the door would; every report counts in the hour that it names. */
export const take = (
  ledger: OpenLedger,
  reports: readonly Report[],
  key?: { readonly value: string; readonly digest: string },
) =>
  ledger.append({ reports, arrival: NOW, ...(key === undefined ? {} : { key }) }, (named) => ({
    hour: named,
    late: false,
  }));
