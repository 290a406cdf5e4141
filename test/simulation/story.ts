import { HOUR, MINUTE, SECOND } from '../../src/agent/core/time/hour.ts';
import { type Dice, makeDice } from './dice.ts';

/** How AWS answers for a while. */
export type Weather =
  | 'fine'
  | 'unsent'
  | 'lostBefore'
  | 'lostAfter'
  | 'throttle'
  | 'error500'
  | 'error500Stored'
  | 'foreign'
  | 'foreignStored'
  | 'denied'
  | 'notEntitled'
  | 'wrongDimension'
  | 'expired'
  | 'noId'
  | 'duplicate'
  | 'invalidTag'
  | 'mixed';

export const WEATHERS: readonly Weather[] = [
  'unsent',
  'lostBefore',
  'lostAfter',
  'throttle',
  'error500',
  'error500Stored',
  'foreign',
  'foreignStored',
  'denied',
  'notEntitled',
  'wrongDimension',
  'expired',
  'noId',
  'duplicate',
  'invalidTag',
  'mixed',
];

/** Where, in a crash, the process is: before the n-th effect from now on, after it, or in the middle of writing it. */
export type CrashPoint = 'before' | 'after' | 'torn';

/**
 * One thing that happens, at its moment (milliseconds from the start of the story). A story is a list of them and nothing
 * else, so that it can be told again, and told shorter.
 */
export type Event = { readonly at: number } & (
  | {
      readonly kind: 'report';
      readonly dimension: string;
      readonly quantity: string;
      /** Sent under an id, and again until it is acknowledged. */
      readonly id: string;
      /** Whose usage it is: a tag of the report. */
      readonly team?: string;
      /** How far back the usage was; undefined: not dated. */
      readonly ago?: number;
      /** How many equal requests go out at once. */
      readonly times: number;
    }
  | { readonly kind: 'weather'; readonly weather: Weather }
  | { readonly kind: 'crash'; readonly point: CrashPoint; readonly effects: number; readonly down: number }
  | { readonly kind: 'stop'; readonly budget: number; readonly down: number }
  /** The pod or task is replaced: its volume goes with it, or does not. */
  | { readonly kind: 'replace'; readonly keepsVolume: boolean; readonly down: number }
  | { readonly kind: 'wall'; readonly by: number }
  | { readonly kind: 'sleep'; readonly for: number }
  | { readonly kind: 'disk'; readonly state: 'full' | 'flaky' | 'fine' }
);

export type Story = { readonly seed: number; readonly hours: number; readonly events: readonly Event[] };

export const DIMENSIONS = ['whole', 'sevenths', 'decimal'] as const;

/** The dimension whose usage is tagged, where it is. */
const TAGGED = 'sevenths';

const quantityOf = (dice: Dice, dimension: string): string =>
  dimension === 'decimal'
    ? `${dice.whole(0, 50)}.${String(dice.whole(0, 9_999_999)).padStart(7, '0')}`
    : String(dice.whole(0, 20));

/** Most stories have few troubles, some have many: both find what the other cannot. */
export const storyOf = (seed: number, hours: number): Story => {
  const dice = makeDice(seed);
  const length = hours * HOUR;
  const events: Event[] = [];
  const add = (event: Event): void => void events.push(event);
  const when = (): number => dice.whole(0, length - 1);
  const trouble = dice.pick([0.3, 1, 1, 3]);
  const count = (mean: number): number => Math.round(mean * trouble * dice.fraction() * 2);

  const reports = dice.whole(5, 40);
  for (let n = 0; n < reports; n += 1) {
    const dimension = dice.pick(DIMENSIONS);
    const ago = dice.chance(0.25) ? dice.whole(0, 7 * HOUR) : undefined;
    // Hours' edges are where things go wrong, so many reports come close to them.
    const edge = dice.whole(1, hours) * HOUR + dice.whole(-3, 3) * SECOND;
    const at = dice.chance(0.3) && edge < length ? edge : when();
    const quantity = quantityOf(dice, dimension);
    const team = dimension === TAGGED && dice.chance(0.8) ? { team: dice.pick(['blue', 'red', 'green']) } : {};
    add({
      at,
      kind: 'report',
      dimension,
      quantity,
      id: `r${n}`,
      times: dice.chance(0.2) ? 3 : 1,
      ...team,
      ...(ago === undefined ? {} : { ago }),
    });
    // A producer that is not sure sends it again, perhaps hours later.
    if (dice.chance(0.3)) {
      add({
        at: Math.min(length - 1, at + dice.whole(0, 5 * HOUR)),
        kind: 'report',
        dimension,
        quantity,
        id: `r${n}`,
        times: 1,
        ...team,
        ...(ago === undefined ? {} : { ago }),
      });
    }
  }
  for (let n = count(3); n > 0; n -= 1) {
    const at = when();
    add({ at, kind: 'weather', weather: dice.pick(WEATHERS) });
    add({ at: at + dice.pick([30 * SECOND, 10 * MINUTE, HOUR, 4 * HOUR, 8 * HOUR]), kind: 'weather', weather: 'fine' });
  }
  for (let n = count(2); n > 0; n -= 1) {
    const down = dice.pick([0, SECOND, 10 * MINUTE, 2 * HOUR]);
    add({
      at: when(),
      kind: 'crash',
      point: dice.pick(['before', 'after', 'torn'] as const),
      effects: dice.whole(0, 6),
      down,
    });
  }
  for (let n = count(0.8); n > 0; n -= 1) {
    add({
      at: when(),
      kind: 'stop',
      budget: dice.pick([0, 2 * SECOND, 25 * SECOND]),
      down: dice.pick([0, MINUTE, HOUR]),
    });
  }
  for (let n = count(0.4); n > 0; n -= 1) {
    add({ at: when(), kind: 'replace', keepsVolume: dice.chance(0.6), down: dice.pick([0, MINUTE, HOUR]) });
  }
  for (let n = count(0.5); n > 0; n -= 1) {
    add({
      at: when(),
      kind: 'wall',
      by: dice.pick([-50 * HOUR, -3 * HOUR, -90 * SECOND, 90 * SECOND, 3 * HOUR, 26 * HOUR]),
    });
  }
  for (let n = count(0.3); n > 0; n -= 1)
    add({ at: when(), kind: 'sleep', for: dice.pick([5 * MINUTE, 2 * HOUR, 7 * HOUR]) });
  for (let n = count(0.4); n > 0; n -= 1) {
    const at = when();
    add({ at, kind: 'disk', state: dice.pick(['full', 'flaky'] as const) });
    add({ at: at + dice.pick([MINUTE, HOUR]), kind: 'disk', state: 'fine' });
  }
  return { seed, hours, events: events.toSorted((a, b) => a.at - b.at) };
};

export const tell = (event: Event): string => {
  const { at, ...rest } = event;
  const clock = new Date(at).toISOString().slice(11, 23);
  return `${clock} ${JSON.stringify(rest)}`;
};
