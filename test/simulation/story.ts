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
  | 'noIdLost'
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
  'noIdLost',
  'duplicate',
  'invalidTag',
  'mixed',
];

/** Where, in a crash, the process is: before the n-th effect from now on, after it, or in the middle of writing it. */
export type CrashPoint = 'before' | 'after' | 'torn';

/** Usage as a producer hands it in. */
export type Usage = { readonly id: string; readonly dimension: string; readonly quantity: string };

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
      /** Whose reading it is, or what was seen. */
      readonly source?: string;
      /** When the counter was at zero: milliseconds from the start of the story. */
      readonly start?: number;
      /** How far back the usage was; undefined: not dated. */
      readonly ago?: number;
      /** How many equal requests go out at once. */
      readonly times: number;
    }
  | { readonly kind: 'weather'; readonly weather: Weather }
  | {
      readonly kind: 'crash';
      readonly point: CrashPoint;
      readonly effects: number;
      readonly down: number;
      /** So long it is waited for the moment; then the process is killed wherever it is. */
      readonly within: number;
      /** Reports that come in while it is about to die. */
      readonly burst: readonly Usage[];
    }
  | { readonly kind: 'stop'; readonly budget: number; readonly down: number }
  /**
   * The pod or task is replaced: its volume goes with it, or does not. `back`: by one that had the volume before, where there
   * is one, and else by a new one.
   */
  | { readonly kind: 'replace'; readonly keepsVolume: boolean; readonly back: boolean; readonly down: number }
  | { readonly kind: 'wall'; readonly by: number }
  | { readonly kind: 'sleep'; readonly for: number }
  | { readonly kind: 'disk'; readonly state: 'full' | 'flaky' | 'fine' }
  /** One request with several reports: under a key of its own and without ids, or with ids, some of them twice. */
  | { readonly kind: 'batch'; readonly name: string; readonly keyed: boolean; readonly reports: readonly Usage[] }
  /** A request that the door has to refuse whole. */
  | { readonly kind: 'malformed'; readonly body: string }
  /** An id that was taken before comes with another quantity. */
  | { readonly kind: 'otherContent'; readonly id: string; readonly dimension: string; readonly quantity: string }
  /** Another process tries to open the ledger that is in use. */
  | { readonly kind: 'rival'; readonly same: boolean }
  /** The agent comes back with another configuration, whatever is unsent. */
  | { readonly kind: 'configure'; readonly variant: number; readonly clean: boolean; readonly down: number }
);

export type Story = { readonly seed: number; readonly hours: number; readonly events: readonly Event[] };

export const DIMENSIONS = ['whole', 'sevenths', 'decimal'] as const;

/** The dimensions with a meter of another kind. */
export const OTHER_DIMENSIONS = ['grown', 'peak', 'level', 'seen', 'newest'] as const;

/** The dimension whose usage is tagged, where it is. */
const TAGGED = 'sevenths';

const quantityOf = (dice: Dice, dimension: string): string =>
  dimension === 'decimal'
    ? `${dice.whole(0, 50)}.${String(dice.whole(0, 9_999_999)).padStart(7, '0')}`
    : // More than a record can say is rare, and is where its excess could go astray.
      String(dice.chance(0.02) ? 5_000_000_000 : dice.whole(0, 20));

/** What makes one report of a request unfit, so that nothing of the request may count. */
const FAULTS: readonly Readonly<Record<string, unknown>>[] = [
  { id: '' },
  { id: 'line\nend' },
  { id: '\ud800' },
  { id: 'x'.repeat(257) },
  { id: 7 },
  { quantity: '-1' },
  { quantity: '1,5' },
  { quantity: null },
  { dimension: 'nobody-knows' },
  { timestamp: '2026-01-01T00:30:00' },
  { timestamp: 1_767_225_600 },
  { colour: 'red' },
];

/** How many configurations there are, the first one included. */
export const VARIANTS = 4;

/** Under these nothing is stored, and that is certain. */
const REFUSING = ['unsent', 'throttle', 'denied', 'expired'] as const;

/** Under these everything is stored, whatever comes back. */
const STORING = ['fine', 'lostAfter', 'error500Stored', 'foreignStored', 'noId'] as const;

/** Most stories have few troubles, some have many: both find what the other cannot. */
export const storyOf = (seed: number, hours: number): Story => {
  const dice = makeDice(seed);
  const length = hours * HOUR;
  const events: Event[] = [];
  const add = (event: Event): void => void events.push(event);
  const when = (): number => dice.whole(0, length - 1);
  const trouble = dice.pick([0.3, 1, 1, 3]);
  const count = (mean: number): number => Math.round(mean * trouble * dice.fraction() * 2);

  const usageOf = (id: string): Usage => {
    const dimension = dice.pick(DIMENSIONS);
    return { id, dimension, quantity: quantityOf(dice, dimension) };
  };

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
  if (dice.chance(0.15)) {
    let reading = dice.whole(0, 1_000);
    const [start, moves] = [dice.chance(0.5) ? { start: MINUTE } : {}, dice.whole(0, 40)];
    const moments = Array.from({ length: dice.whole(5, 30) }, when).toSorted((a, b) => a - b);
    for (const [index, at] of moments.entries()) {
      const dimension = dice.pick(OTHER_DIMENSIONS);
      reading += dice.whole(0, 20);
      const source = dimension === 'seen' ? `someone-${dice.whole(0, 5)}` : 'one';
      const quantity = { grown: String(reading), seen: '1' }[dimension as string] ?? String(dice.whole(0, 20));
      // At most once in its life the counter changes its tags.
      const counter = dimension === 'grown' ? { ...start, team: index < moves ? 'blue' : 'red' } : {};
      const times = dice.chance(0.2) ? 2 : 1;
      add({ at, kind: 'report', dimension, quantity, id: `x${index}`, source, times, ...counter });
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
      within: dice.pick([MINUTE, 10 * MINUTE]),
      burst: Array.from({ length: dice.pick([0, 0, 1, 3]) }, (_, index) => usageOf(`c${n}.${index}`)),
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
    const keepsVolume = dice.chance(0.6);
    const at = when();
    const down = dice.pick([0, MINUTE, HOUR]);
    add({ at, kind: 'replace', keepsVolume, back: false, down });
    // The volume goes to and fro between two, within an hour or about one.
    if (keepsVolume && dice.chance(0.5))
      add({
        at: Math.min(length - 1, at + dice.whole(1, 70) * MINUTE),
        kind: 'replace',
        keepsVolume,
        back: true,
        down,
      });
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
  for (let n = count(1.5); n > 0; n -= 1) {
    const reports = Array.from({ length: dice.whole(1, 4) }, (_, index) => usageOf(`b${n}.${index}`));
    const keyed = dice.chance(0.5);
    const batch = {
      kind: 'batch',
      name: `b${n}`,
      keyed,
      reports: keyed ? reports : [...reports, ...reports.slice(0, 2)],
    } as const;
    const at = when();
    add({ at, ...batch });
    if (dice.chance(0.4)) add({ at: Math.min(length - 1, at + dice.whole(0, 5 * HOUR)), ...batch });
  }
  for (let n = count(0.7); n > 0; n -= 1) {
    const good = { id: `m${n}`, dimension: 'whole', quantity: 1 };
    const bad = { ...good, id: `n${n}`, ...dice.pick(FAULTS) };
    add({ at: when(), kind: 'malformed', body: JSON.stringify(dice.chance(0.5) ? [good, bad] : [bad, good]) });
  }
  for (let n = count(0.7); n > 0; n -= 1) {
    const taken = `r${dice.whole(0, reports - 1)}`;
    add({ at: when(), kind: 'otherContent', id: taken, dimension: dice.pick(DIMENSIONS), quantity: '1000' });
  }
  for (let n = count(0.4); n > 0; n -= 1) add({ at: when(), kind: 'rival', same: dice.chance(0.5) });
  for (let n = count(0.4); n > 0; n -= 1) {
    add({
      at: when(),
      kind: 'configure',
      variant: dice.whole(0, VARIANTS - 1),
      clean: dice.chance(0.5),
      down: dice.pick([0, MINUTE, 2 * HOUR]),
    });
  }
  // What takes three troubles in the right order is rare by chance: an hour that meets one kind of answer, a death in the
  // middle of an attempt under another, and then an outage until the hour's window closes, or another pod.
  for (let n = count(1); n > 0; n -= 1) {
    const edge = dice.whole(1, hours) * HOUR;
    const isRetry = dice.chance(0.6);
    const before = dice.pick(isRetry ? REFUSING : (['fine', 'lostBefore', 'lostAfter', 'foreignStored'] as const));
    const meanwhile = isRetry ? dice.pick(STORING) : before;
    const at = edge + (isRetry ? dice.whole(25, 50) : dice.whole(2, 30)) * MINUTE;
    add({ at: edge - dice.whole(1, 50) * MINUTE, kind: 'report', ...usageOf(`o${n}`), times: 1 });
    add({ at: edge, kind: 'weather', weather: before });
    add({ at: at - 1, kind: 'weather', weather: meanwhile });
    add({
      at,
      kind: 'crash',
      point: dice.pick(['before', 'after', 'torn'] as const),
      effects: dice.whole(0, 2),
      down: dice.pick([0, MINUTE, HOUR]),
      within: isRetry ? 40 * MINUTE : 10 * MINUTE,
      burst: [],
    });
    // At once after the death, however late that came.
    if (dice.chance(0.3)) add({ at: at + 1, kind: 'replace', keepsVolume: true, back: false, down: 0 });
    add({ at: at + 1, kind: 'weather', weather: dice.pick([...REFUSING, 'lostBefore', 'notEntitled'] as const) });
    add({ at: at + dice.pick([HOUR, 8 * HOUR, 8 * HOUR]), kind: 'weather', weather: 'fine' });
  }
  // So is a resource that comes back to an hour which it has sent, after another one that has counted in it.
  for (let n = count(0.3); n > 0; n -= 1) {
    const begin = dice.whole(0, hours - 1) * HOUR + dice.whole(0, 30) * MINUTE;
    const dimension = dice.pick(['peak', 'newest'] as const);
    const say = (minute: number, id: string): void =>
      add({
        at: begin + minute * MINUTE,
        kind: 'report',
        dimension,
        quantity: String(dice.whole(1, 20)),
        id,
        source: 'one',
        times: 1,
      });
    say(0, `t${n}.0`);
    add({ at: begin + 5 * MINUTE, kind: 'stop', budget: 25 * SECOND, down: 0 });
    add({ at: begin + 8 * MINUTE, kind: 'replace', keepsVolume: true, back: false, down: 0 });
    say(12, `t${n}.1`);
    add({ at: begin + 16 * MINUTE, kind: 'replace', keepsVolume: true, back: true, down: 0 });
    say(20, `t${n}.2`);
  }
  return { seed, hours, events: events.toSorted((a, b) => a.at - b.at) };
};

export const tell = (event: Event): string => {
  const { at, ...rest } = event;
  const clock = new Date(at).toISOString().slice(11, 23);
  return `${clock} ${JSON.stringify(rest)}`;
};
