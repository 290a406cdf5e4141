import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { delayAfter, GATE, RECORD, within } from '../../../src/agent/core/sending/backoff.ts';
import { afterSuccess, afterThrottle, gapFor, gapOf, START } from '../../../src/agent/core/sending/pace.ts';
import { heard, look, nowOf } from '../../../src/agent/core/time/awsTime.ts';
import { endOf, HOUR, type Hour, hourOf, MINUTE, SECOND } from '../../../src/agent/core/time/hour.ts';
import { placeOf } from '../../../src/agent/core/time/place.ts';
import { nextSlotAfter, slotOf } from '../../../src/agent/core/time/slot.ts';

test("AWS's time follows the monotonic clock and no jump of the wall", () => {
  const time = heard(1_000_000, { wall: 5_000_000, monotonic: 100 });
  expect(nowOf(time, { wall: 5_010_000, monotonic: 10_100 })).toBe(1_010_000);
  expect(look(time, { wall: 5_000_000 + 59 * SECOND, monotonic: 100 })).toBeDefined();
  expect(look(time, { wall: 5_000_000 + 61 * SECOND, monotonic: 100 })).toBeUndefined();
  expect(look(time, { wall: 5_000_000 - 61 * SECOND, monotonic: 100 })).toBeUndefined();
  expect(look(time, { wall: 5_000_000, monotonic: 100 + 61 * SECOND })).toBeUndefined();
});

test('small drifts between looks never add up to a jump', () => {
  let time = heard(0, { wall: 0, monotonic: 0 });
  for (let minute = 1; minute <= 1000; minute += 1) {
    const next = look(time, { wall: minute * 60_500, monotonic: minute * 60_000 });
    expect(next).toBeDefined();
    time = next ?? time;
  }
});

test('a back-off never exceeds its ceiling, nor a quarter of what is left', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1000 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.integer({ min: 0, max: 6 * HOUR }),
      (failures, fraction, left) => {
        const delay = delayAfter(RECORD, failures, fraction);
        expect(delay).toBeLessThanOrEqual(5 * MINUTE);
        expect(within(delay, left)).toBeLessThanOrEqual(Math.max(SECOND, left / 4));
        expect(delayAfter(GATE, failures, fraction)).toBeLessThanOrEqual(15 * SECOND);
      },
    ),
  );
});

test('slots lie within ten minutes after the settle time, three at the end of a month, the same for each hour', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 400_000, max: 600_000 }), (resource, n) => {
      const hour = n as Hour;
      const offset = slotOf(hour, resource, 2 * MINUTE) - endOf(hour) - 2 * MINUTE;
      expect(offset).toBeGreaterThanOrEqual(0);
      expect(offset).toBeLessThan(10 * MINUTE);
    }),
  );
  const lastOfYear = hourOf(Date.parse('2026-12-31T23:00Z'));
  for (let pod = 0; pod < 200; pod += 1) {
    expect(slotOf(lastOfYear, `pod-${pod}`, 0)).toBeLessThan(endOf(lastOfYear) + 3 * MINUTE);
  }
});

test('a fleet spreads over its slots', () => {
  const minutes = new Map<number, number>();
  for (let pod = 0; pod < 600; pod += 1) {
    const minute = Math.floor((slotOf(hourOf(0), `pod-${pod}`, 0) - HOUR) / MINUTE);
    minutes.set(minute, (minutes.get(minute) ?? 0) + 1);
  }
  expect(minutes.size).toBe(10);
  expect(Math.max(...minutes.values())).toBeLessThan(120);
});

test('each throttle halves the pace, each success wins a tenth of it back, within four a second and one in five minutes', () => {
  const slow = afterThrottle(afterThrottle(START));
  expect(gapOf(slow)).toBe(4 * gapOf(START));
  expect(gapOf(afterSuccess({ perSecond: 2 }))).toBe(Math.ceil(SECOND / 2.2));
  let pace = slow;
  for (let n = 0; n < 100; n += 1) pace = afterSuccess(pace);
  expect(gapOf(pace)).toBe(SECOND / 4);
  for (let n = 0; n < 100; n += 1) pace = afterThrottle(pace);
  expect(gapOf(pace)).toBe(5 * MINUTE);
});

test('however slow the pace, four tries of each record fit into what is left, and a second lies between two calls', () => {
  const slowest = { perSecond: SECOND / (5 * MINUTE) };
  expect(gapFor(slowest, { left: 5 * HOUR, waiting: 2 })).toBe(5 * MINUTE);
  expect(gapFor(slowest, { left: 5 * MINUTE, waiting: 2 })).toBe((5 * MINUTE) / 8);
  expect(gapFor(slowest, { left: 10 * SECOND, waiting: 60 })).toBe(SECOND);
  expect(gapFor({ perSecond: 4 }, { left: 10 * SECOND, waiting: 60 })).toBe(SECOND / 4);
});

test("the next slot is the first one after now, whatever the hour's own width", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: Date.parse('2026-03-31T20:00Z'), max: Date.parse('2026-04-01T04:00Z') }),
      fc.string({ minLength: 1 }),
      fc.integer({ min: 0, max: 30 * MINUTE }),
      (now, resource, settle) => {
        const slots = Array.from({ length: 8 }, (_, ago) => slotOf((hourOf(now) - 4 + ago) as Hour, resource, settle));
        expect(nextSlotAfter(now, resource, settle)).toBe(Math.min(...slots.filter((slot) => slot > now)));
      },
    ),
  );
});

test.each([
  ['its own hour', 10, [], { hour: 10, late: false }],
  ['a past hour that is free', 8, [], { hour: 8, late: false }],
  ['a frozen hour', 8, [8], { hour: 10, late: true }],
  ['before the first hour', 3, [], { hour: 10, late: true }],
  ['beyond the edge', 4, [], { hour: 10, late: true }],
  ['the open hour, flushed already', 10, [10], { hour: 11, late: false }],
  ['the next hour, a little early', 11, [], { hour: 11, late: false }],
])('a report for %s', (_, named, taken, place) => {
  const rules = {
    first: 4 as Hour,
    oldest: 5 as Hour,
    open: 10 as Hour,
    taken: (hour: Hour) => (taken as number[]).includes(hour),
  };
  expect(placeOf(named as Hour, rules)).toEqual(place);
});
