import { HOUR, type Instant } from '../time/hour.ts';
import { isBehind } from './order.ts';
import * as quantity from './quantity.ts';
import type { Uncounted } from './report.ts';

/** What a counter showed. Its order among others is that of `at`, or of arrival where nobody dated it. */
export type Reading = {
  readonly value: quantity.Quantity;
  readonly at: Instant;
  readonly dated: boolean;
  /** Since when it counts from zero, where the reporter says so. */
  readonly start?: Instant;
};

/** The last reading of a series, which the next one's difference is taken to. */
export type Series = {
  /** Undefined when a person has freed the series: the next reading is where it begins. */
  readonly value: quantity.Quantity | undefined;
  readonly at: Instant;
  readonly start: Instant | undefined;
  /** When it was reset within the last hour, by the readings' own time. */
  readonly resets: readonly Instant[];
  /** Since when it is held for a person. */
  readonly heldAt: Instant | undefined;
};

/** More resets than this within an hour are two processes in one series: counting on would bill both from zero again and again. */
export const MOST_RESETS = 6;

export type Difference = {
  readonly series: Series;
  readonly count: quantity.Quantity;
  /** Why the reading counts nothing. */
  readonly why?: Uncounted;
};

/**
 * Whether a series that shows up with this start may be a counter that was read before under other tags: then what it shows
 * has been counted there. A counter that began after all of them is none of them, and neither is one that is read at the same
 * moment as another.
 */
export const mayBeRenamed = (
  { at, start }: { readonly at: Instant; readonly start: Instant },
  sameSource: readonly Pick<Series, 'at' | 'start'>[],
): boolean =>
  !sameSource.some((other) => other.at === at) &&
  sameSource.some((other) => other.start === undefined || other.start >= start);

/** Notes a reset; one too many holds the series as it was. */
const reset = (last: Series, at: Instant, then: (resets: readonly Instant[]) => Difference): Difference => {
  const resets = [...last.resets.filter((before) => at - before < HOUR), at];
  if (resets.length <= MOST_RESETS) return then(resets);
  return { series: { ...last, resets: [], heldAt: at }, count: quantity.ZERO, why: 'brake' };
};

/**
 * What a reading adds to its series.
 *
 * The first counts nothing, since nobody knows who counted before, unless it says that it began at zero in the life of this
 * resource (`born`) and it is `isNew`: no other series may have counted it. A new `start`, or without one a fall, is a reset: the value counts from zero. An older `start` is another
 * process in the same series: it counts nothing, but like a reset it brings the brake nearer. `now` is AWS's time, where known.
 */
export const differenceOf = (
  last: Series | undefined,
  reading: Reading,
  { born, isNew, now }: { readonly born: Instant; readonly isNew: () => boolean; readonly now: Instant | undefined },
): Difference => {
  const { value, start } = reading;
  if (last?.value === undefined) {
    const series = { value, at: reading.at, start, resets: [], heldAt: undefined };
    const fresh = last === undefined && start !== undefined && start >= born && isNew();
    return fresh ? { series, count: value } : { series, count: quantity.ZERO, why: 'first' };
  }
  const unchanged = (why: Uncounted): Difference => ({ series: last, count: quantity.ZERO, why });
  if (last.heldAt !== undefined) return unchanged('held');
  if (isBehind(reading, last.at, now)) return unchanged('stale');
  const at = reading.dated ? reading.at : Math.max(reading.at, last.at);
  const told = start !== undefined && last.start !== undefined;
  if (told && start < last.start) {
    return reset(last, at, (resets) => ({ series: { ...last, resets }, count: quantity.ZERO, why: 'older' }));
  }
  const fell = quantity.compare(value, last.value) < 0;
  if (told && start === last.start && fell) return unchanged('fell');
  if ((told && start > last.start) || fell) {
    return reset(last, at, (resets) => ({ series: { value, at, start, resets, heldAt: undefined }, count: value }));
  }
  return {
    series: { ...last, value, at, start: start ?? last.start },
    count: quantity.subtract(value, last.value),
  };
};
