import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readTime } from '../../../src/agent/core/door/time.ts';
import { format, hourOf } from '../../../src/agent/core/time/hour.ts';

const hour = (text: string): string => {
  const read = readTime(text);
  return 'at' in read ? format(hourOf(read.at)) : read.why;
};

test('a time is the same instant in every zone', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2090, 0) }),
      fc.integer({ min: -23 * 60, max: 23 * 60 }),
      fc.boolean(),
      (instant, offset, small) => {
        const local = new Date(instant + offset * 60_000).toISOString().slice(0, -1);
        const away = Math.abs(offset);
        const zone = `${offset < 0 ? '-' : '+'}${String(Math.floor(away / 60)).padStart(2, '0')}:${String(away % 60).padStart(2, '0')}`;
        const text = `${local}${zone}`;
        expect(readTime(small ? text.toLowerCase() : text)).toEqual({ at: instant });
      },
    ),
  );
});

test('no text throws', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), (text) => {
      const read = readTime(text);
      expect('at' in read ? Number.isFinite(read.at) : read.why.length > 0).toBe(true);
    }),
  );
});

test('the last moment of an hour stays in it, however many digits it has', () => {
  expect(hour('2026-03-01T10:59:59.999Z')).toBe('2026-03-01T10Z');
  expect(hour('2026-03-01T10:59:59.999999999Z')).toBe('2026-03-01T10Z');
  expect(hour('2026-03-01T11:00:00.000Z')).toBe('2026-03-01T11Z');
  expect(hour('2026-01-01T00:30:00+05:30')).toBe('2025-12-31T19Z');
  expect(readTime('2026-03-01T10:00:00.5Z')).toEqual({ at: Date.UTC(2026, 2, 1, 10, 0, 0, 500) });
});

test('a leap second belongs to the hour that ends, and only there is one', () => {
  expect(hour('2026-12-31T23:59:60Z')).toBe('2026-12-31T23Z');
  expect(hour('2027-01-01T05:29:60.5+05:30')).toBe('2026-12-31T23Z');
  expect(hour('2026-12-30T23:59:60Z')).toContain('does not exist');
  expect(hour('2026-12-31T22:59:60Z')).toContain('does not exist');
});

test.each([
  '2026-01-01 00:30:00Z',
  '2026-01-01T00:30Z',
  '2026-01-01',
  '1767225600',
  '1767225600000',
  '',
  '2026-01-01T00:30:00.Z',
  '2026-01-01T00:30:00+0530',
  '2026-01-01T00:30:00Z ',
  '٢٠٢٦-01-01T00:30:00Z',
])('%s is told how a time is written', (text) => {
  expect(hour(text)).toMatch(/RFC 3339.*2026-03-01T10:15:00Z/);
});

test('a time without a zone is told that it needs one', () => {
  expect(hour('2026-01-01T00:30:00')).toMatch(/needs a zone/);
});

test.each([
  '2026-02-29T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-00-01T00:00:00Z',
  '2026-04-31T00:00:00Z',
  '2026-04-00T00:00:00Z',
  '2026-04-01T24:00:00Z',
  '2026-04-01T00:60:00Z',
  '2026-04-01T00:00:61Z',
  '2026-04-01T00:00:00+24:00',
  '2100-02-29T00:00:00Z',
])('%s does not exist', (text) => {
  expect(hour(text)).toContain('does not exist');
});

test('29 February exists in leap years', () => {
  expect(hour('2028-02-29T00:00:00Z')).toBe('2028-02-29T00Z');
  expect(hour('2000-02-29T00:00:00Z')).toBe('2000-02-29T00Z');
});
