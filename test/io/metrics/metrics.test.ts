import { expect, test } from '@jest/globals';
import { makeMetrics } from '../../../src/agent/io/metrics/metrics.ts';

const figure = (text: string, series: string): number | undefined => {
  const line = text.split('\n').find((one) => one.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
};

test('the promised names stand in every answer, each with help and type', async () => {
  const text = await makeMetrics().text();
  for (const name of [
    'verdict',
    'reports_total',
    'records',
    'oldest_unsent_hour_age_seconds',
    'hours_at_risk',
    'quarantined_units',
    'stranded_units',
    'marketplace_calls_total',
    'ledger_bytes',
    'dedupe_window_seconds',
    'clock_offset_seconds',
    'key_rotation_timestamp_seconds',
  ]) {
    expect(text).toContain(`# HELP tollgate_${name} `);
    expect(text).toContain(`# TYPE tollgate_${name} ${name.endsWith('_total') ? 'counter' : 'gauge'}`);
  }
});

test('counters add up by their labels, gauges are set, a reset forgets', async () => {
  const metrics = makeMetrics();
  metrics.count('reports_total', 2, { dimension: 'requests', result: 'accepted' });
  metrics.count('reports_total', 3, { result: 'accepted', dimension: 'requests' });
  metrics.count('marketplace_calls_total', 1, { operation: 'MeterUsage', outcome: 'accepted' });
  metrics.set('verdict', 1);
  metrics.set('records', 4, { state: 'sending' });
  metrics.set('clock_offset_seconds', -1.5);
  const text = await metrics.text();
  expect(figure(text, 'tollgate_reports_total{dimension="requests",result="accepted"}')).toBe(5);
  expect(figure(text, 'tollgate_marketplace_calls_total{operation="MeterUsage",outcome="accepted"}')).toBe(1);
  expect(figure(text, 'tollgate_verdict')).toBe(1);
  expect(figure(text, 'tollgate_records{state="sending"}')).toBe(4);
  expect(figure(text, 'tollgate_clock_offset_seconds')).toBe(-1.5);

  metrics.reset('records');
  expect(figure(await metrics.text(), 'tollgate_records{state="sending"}')).toBeUndefined();
  // A second scrape counts nothing twice.
  expect(figure(await metrics.text(), 'tollgate_reports_total{dimension="requests",result="accepted"}')).toBe(5);
});

test('what is only worth finding out when somebody looks is found out then', async () => {
  const metrics = makeMetrics();
  let asked = 0;
  metrics.onScrape(async () => {
    asked += 1;
    metrics.set('ledger_bytes', 100 * asked);
  });
  await metrics.text();
  expect(figure(await metrics.text(), 'tollgate_ledger_bytes')).toBe(200);
});

test('a label that would break the format is escaped', async () => {
  const metrics = makeMetrics();
  metrics.set('quarantined_units', 1, { dimension: 'a"b\\c\nd' });
  expect(await metrics.text()).toContain('tollgate_quarantined_units{dimension="a\\"b\\\\c\\nd"} 1');
});
