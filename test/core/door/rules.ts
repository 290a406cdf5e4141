import type { ReportRules } from '../../../src/agent/core/door/reports.ts';
import { HOUR } from '../../../src/agent/core/time/hour.ts';

export const NOW = Date.UTC(2026, 2, 1, 10, 30);

/** What the door's tests hold reports against. */
export const RULES: ReportRules = {
  now: NOW,
  dimensions: new Map([
    ['requests', 'sum'],
    ['data_gb', 'sum'],
  ] as const),
  window: 24 * HOUR,
};
