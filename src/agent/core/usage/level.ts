import { endOf, type Hour, hourOf, type Instant, MINUTE, type Millis } from '../time/hour.ts';
import { isPlausible } from './order.ts';
import * as quantity from './quantity.ts';

/** A level that holds until the next report: what an `average` is the time integral of. */
export type Level = {
  readonly value: quantity.Quantity;
  /** The time of the report that said so. */
  readonly reported: Instant;
  /** Up to here it has been counted. */
  readonly until: Instant;
};

/** A stretch of time in which the agent was alive. */
export type Span = { readonly from: Instant; readonly to: Instant };

/**
 * Two signs of life at most this far apart are one life: a quick restart interrupts no level. What lies between others (a
 * process that was down, a machine that slept, a clock that was set) is not counted: nobody knows what the level was.
 */
export const MOST_SILENCE: Millis = 5 * MINUTE;

/** Level-seconds by hour: raw counts of an average. */
export type Held = ReadonlyMap<Hour, quantity.Quantity>;

/** How long a level was held between two times, in the stretches that were lived, by clock hour. */
const heldIn = (value: quantity.Quantity, from: Instant, to: Instant, lived: readonly Span[]): Held => {
  const held = new Map<Hour, quantity.Quantity>();
  if (quantity.isZero(value)) return held;
  for (const span of lived) {
    const end = Math.min(to, span.to);
    for (let at = Math.max(from, span.from); at < end; ) {
      const hour = hourOf(at);
      const edge = Math.min(end, endOf(hour));
      const part = quantity.multiply(value, quantity.scaled(BigInt(edge - at), 3));
      held.set(hour, quantity.add(held.get(hour) ?? quantity.ZERO, part));
      at = edge;
    }
  }
  return held;
};

/** What a level has come to since it was last counted. `lived` is in order and does not overlap. */
export const countOn = (level: Level, lived: readonly Span[]): { readonly level: Level; readonly held: Held } => {
  const until = Math.max(level.until, lived.at(-1)?.to ?? level.until);
  return { level: { ...level, until }, held: heldIn(level.value, level.until, until, lived) };
};

/** What a report of a level changes. */
export type LevelChange = {
  readonly level: Level;
  /** Time that the level before it was held, not counted yet. */
  readonly before: Held;
  /** What the new level is more, or less, than what has been counted since the time of the report. */
  readonly since: Held;
};

/**
 * A level that is reported as of `at`, up to the moment that was lived last. Undefined when a newer one is known. A report
 * of a time that has been counted already corrects what was counted since.
 */
export const changeLevel = (
  known: Level | undefined,
  { value, at: told, dated }: { readonly value: quantity.Quantity; readonly at: Instant; readonly dated: boolean },
  lived: readonly Span[],
  now: Instant | undefined,
): LevelChange | undefined => {
  const end = Math.max(told, lived.at(-1)?.to ?? told);
  const start = (at: Instant) => ({ value, reported: at, until: Math.max(at, end) });
  if (known === undefined || !isPlausible(known.reported, now)) {
    return { level: start(told), before: new Map(), since: heldIn(value, told, end, lived) };
  }
  if (dated && told < known.reported) return undefined;
  const at = dated ? told : Math.max(told, known.reported);
  if (at >= known.until) {
    return {
      level: start(at),
      before: heldIn(known.value, known.until, at, lived),
      since: heldIn(value, at, end, lived),
    };
  }
  const since = quantity.addEach(
    heldIn(quantity.subtract(value, known.value), at, known.until, lived),
    heldIn(value, known.until, end, lived),
  );
  return { level: { value, reported: at, until: Math.max(known.until, end) }, before: new Map(), since };
};
