import { expect, test } from '@jest/globals';
import { type Hour, hourOf, MINUTE, next } from '../../../src/agent/core/time/hour.ts';
import { changeLevel, countOn, type Held, type Level, type Span } from '../../../src/agent/core/usage/level.ts';
import * as quantity from '../../../src/agent/core/usage/quantity.ts';
import { endOfPeriod } from '../../../src/agent/core/usage/unique.ts';

const TEN = Date.parse('2026-03-01T10:00Z');
const at = (minute: number): number => TEN + minute * MINUTE;
const lived = (...spans: readonly (readonly [number, number])[]): readonly Span[] =>
  spans.map(([from, to]) => ({ from: at(from), to: at(to) }));
const level = (value: number, minute: number, until = minute): Level => ({
  value: quantity.of(value),
  reported: at(minute),
  until: at(until),
});
/** Minutes that a level of one would have been held. */
const minutes = (held: Held | undefined) =>
  [...(held ?? [])].map(([hour, count]) => [hour - hourOf(TEN), Number(quantity.format(count)) / 60]);

test('a level counts where it was lived, over the edge of an hour', () => {
  const { held, level: after } = countOn(level(2, 50), lived([0, 55], [58, 65]));
  expect(minutes(held)).toEqual([
    [0, 14],
    [1, 10],
  ]);
  expect(after.until).toBe(at(65));
  expect(minutes(countOn(after, lived([0, 55], [58, 65])).held)).toEqual([]);
});

test('a report of a time that is counted already corrects it, but not where nobody lived', () => {
  const change = changeLevel(
    level(3, 0, 40),
    { value: quantity.of(1), at: at(10), dated: true },
    lived([0, 20], [30, 40]),
    at(40),
  );
  expect(minutes(change?.since)).toEqual([[0, -40]]);
  expect(minutes(change?.before)).toEqual([]);
  expect(change?.level).toEqual(level(1, 10, 40));
});

test('a newer level is never undone by an older one; at the same time the later arrival wins', () => {
  const told = (minute: number) =>
    changeLevel(level(3, 10), { value: quantity.of(9), at: at(minute), dated: true }, lived([0, 10]), at(10));
  expect(told(9)).toBeUndefined();
  expect(told(10)?.level).toEqual(level(9, 10));
});

test('a level of a clock that was a day ahead holds nobody up', () => {
  const ahead = level(3, 24 * 60);
  const change = changeLevel(ahead, { value: quantity.of(1), at: at(5), dated: true }, lived([0, 8]), at(8));
  expect(minutes(change?.since)).toEqual([[0, 3]]);
  expect(change?.level).toEqual(level(1, 5, 8));
});

test('periods end by UTC: the hour, the day, the month, February of a leap year too', () => {
  const hour = (text: string): Hour => hourOf(Date.parse(text));
  expect(endOfPeriod('hour', hour('2026-03-01T10:00Z'))).toBe(next(hour('2026-03-01T10:00Z')));
  expect(endOfPeriod('day', hour('2026-02-28T23:00Z'))).toBe(hour('2026-03-01T00:00Z'));
  expect(endOfPeriod('month', hour('2028-02-01T00:00Z'))).toBe(hour('2028-03-01T00:00Z'));
  expect(endOfPeriod('month', hour('2026-12-31T23:00Z'))).toBe(hour('2027-01-01T00:00Z'));
});
