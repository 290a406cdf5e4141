import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as hour from '../../../src/agent/core/time/hour.ts';

const at = (text: string) => Date.parse(text);

test('the last millisecond of an hour belongs to it, the next one does not', () => {
  expect(hour.format(hour.hourOf(at('2026-03-01T10:59:59.999Z')))).toBe('2026-03-01T10Z');
  expect(hour.format(hour.hourOf(at('2026-03-01T11:00:00.000Z')))).toBe('2026-03-01T11Z');
});

test('the edge is 5 h 50 min after the start, the stamp the last second', () => {
  const ten = hour.hourOf(at('2026-03-01T10:00Z'));
  expect(new Date(hour.edgeOf(ten)).toISOString()).toBe('2026-03-01T15:50:00.000Z');
  expect(new Date(hour.stampOf(ten)).toISOString()).toBe('2026-03-01T10:59:59.000Z');
});

test.each([
  ['2026-12-31T23:30Z', true],
  ['2026-12-31T22:30Z', false],
  ['2028-02-29T23:10Z', true],
  ['2026-03-30T23:10Z', false],
])('%s ends a month: %s', (text, ends) => {
  expect(hour.endsMonth(hour.hourOf(at(text)))).toBe(ends);
});

test('every hour is read back from its text', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2_000_000 }), (n) => {
      const written = hour.format(n as hour.Hour);
      expect(hour.parse(written)).toBe(n);
      expect(hour.parse(written.replace('Z', ':00:00Z'))).toBe(n);
    }),
  );
});

test.each(['2026-03-01T10', '2026-03-01T10:30Z', 'yesterday', '', '2026-13-01T10Z'])('"%s" is no hour', (text) => {
  expect(hour.parse(text)).toBeUndefined();
});

test('an instant lies in its hour', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e12 }), (instant) => {
      const of = hour.hourOf(instant);
      expect(hour.startOf(of)).toBeLessThanOrEqual(instant);
      expect(hour.endOf(of)).toBeGreaterThan(instant);
      expect(hour.hourOf(hour.stampOf(of))).toBe(of);
    }),
  );
});
