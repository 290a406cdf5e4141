import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  AHEAD,
  decideLease,
  givenBack,
  type Lease,
  type LeaseView,
} from '../../../src/agent/core/standby/decideLease.ts';
import { covers, readTerm, type Term, writeTerm } from '../../../src/agent/core/standby/term.ts';
import { HOUR, type Hour, hourOf, MINUTE, parse, SECOND, startOf } from '../../../src/agent/core/time/hour.ts';

const hour = (text: string): Hour => parse(`2026-03-01T${text}Z`) ?? (0 as Hour);
const at = (text: string): number => Date.parse(`2026-03-01T${text}Z`);
const term = (from: string, through: string): Term => ({ from: hour(from), through: hour(through) });

const decide = (view: Partial<Omit<LeaseView, 'lease'>> & { readonly lease?: Partial<Lease> }) =>
  decideLease({
    me: 'me',
    now: at('10:30:00'),
    unchangedFor: 0,
    held: undefined,
    seen: undefined,
    ...view,
    lease: { holder: 'other', term: undefined, duration: 30 * SECOND, ...view.lease },
  });

test('a Lease that nobody ever held is taken, and leads at once', () => {
  expect(decide({ lease: { holder: '' } })).toEqual({ kind: 'acquire', term: term('10', '10') });
});

test('another one holds it and is alive: wait', () => {
  const lease = { term: term('08', '10') };
  expect(decide({ lease, unchangedFor: 30 * SECOND - 1 })).toEqual({ kind: 'wait' });
});

test('the holder is gone: its hour stays its own, the next one is ours', () => {
  const lease = { term: term('08', '10') };
  expect(decide({ lease, unchangedFor: 30 * SECOND })).toEqual({ kind: 'acquire', term: term('11', '10') });
  expect(decide({ lease, unchangedFor: HOUR, now: at('11:00:31') })).toEqual({
    kind: 'acquire',
    term: term('11', '11'),
  });
  // It had claimed the next hour too, a moment before it died.
  expect(decide({ lease: { term: term('08', '11') }, unchangedFor: HOUR, now: at('11:00:20') })).toEqual({
    kind: 'acquire',
    term: term('12', '11'),
  });
});

test('nobody held it when the hour began: whoever takes it leads in this very hour', () => {
  const lease = { term: term('08', '10') };
  expect(decide({ lease, unchangedFor: HOUR, now: at('14:20:00') })).toEqual({
    kind: 'acquire',
    term: term('14', '14'),
  });
});

test('the holder renews, and claims the next hour a moment before it begins', () => {
  const lease = { holder: 'me', term: term('08', '10') };
  const next = startOf(hour('11'));
  expect(decide({ lease, now: next - AHEAD - 1 })).toEqual({ kind: 'renew', term: term('08', '10') });
  expect(decide({ lease, now: next - AHEAD })).toEqual({ kind: 'renew', term: term('08', '11') });
});

test('the holder comes back after the API server was away over the edge: it goes on at once', () => {
  const lease = { holder: 'me', term: term('08', '10') };
  expect(decide({ lease, now: at('11:08:00') })).toEqual({ kind: 'renew', term: term('08', '11') });
});

test('a clock that goes back takes no hour away', () => {
  const lease = { holder: 'me', term: term('08', '10') };
  expect(decide({ lease, now: at('07:00:00') })).toEqual({ kind: 'renew', term: term('08', '10') });
});

test('elected and not leading yet: nothing is claimed before its time', () => {
  const lease = { holder: 'me', term: term('11', '10') };
  expect(decide({ lease })).toEqual({ kind: 'renew', term: term('11', '10') });
});

test('another one has taken it: step down', () => {
  expect(decide({ held: term('08', '10'), lease: { term: term('11', '10') } })).toEqual({ kind: 'stepDown' });
});

test('a Lease that was made anew forgets nothing that we have seen', () => {
  const lease = { holder: '', term: undefined };
  expect(decide({ lease, seen: hour('10') })).toEqual({ kind: 'acquire', term: term('11', '10') });
  // What we have seen was our own.
  expect(decide({ lease, seen: hour('10'), held: term('08', '10') })).toEqual({
    kind: 'acquire',
    term: term('08', '10'),
  });
  // Another one has led since.
  expect(decide({ lease, seen: hour('10'), held: term('05', '07') })).toEqual({
    kind: 'acquire',
    term: term('11', '10'),
  });
});

test('who goes gives back what it has not begun', () => {
  expect(givenBack(term('08', '11'), hour('10'))).toEqual(term('08', '10'));
  expect(givenBack(term('08', '10'), hour('11'))).toEqual(term('08', '10'));
  expect(givenBack(term('11', '10'), hour('10'))).toEqual(term('11', '10'));
});

test('a term is read from the annotations as it was written; strange ones are told apart from none', () => {
  expect(readTerm(writeTerm(term('08', '11')))).toEqual(term('08', '11'));
  expect(readTerm({ other: 'x' })).toBeUndefined();
  const written = writeTerm(term('08', '11'));
  for (const key of Object.keys(written)) {
    expect(readTerm({ ...written, [key]: 'soon' })).toBe('unreadable');
    const { [key]: _, ...one } = written;
    expect(readTerm(one)).toBe('unreadable');
  }
  expect(readTerm(writeTerm(term('11', '08')))).toBe('unreadable');
});

/* Some replicas and one Lease, under clocks, pauses and networks of any kind. */

type Stored = Lease & { readonly version: number };

type Step =
  | { readonly do: 'pass'; readonly time: number }
  | { readonly do: 'round' | 'read' | 'write' | 'count' | 'crash' | 'resign'; readonly who: number }
  /** The write arrives, and its answer does not; or it arrives at some later time. */
  | { readonly do: 'loseAnswer' | 'delay'; readonly who: number }
  | { readonly do: 'arrive' }
  /** Somebody deletes the Lease and makes it anew. */
  | { readonly do: 'anew' }
  | { readonly do: 'jump'; readonly who: number; readonly by: number };

type Replica = {
  skew: number;
  known: Stored | undefined;
  seenVersion: number;
  seenAt: number;
  seen: Hour | undefined;
  held: Term | undefined;
  /** The last hour that it counted in. */
  counted: Hour | undefined;
};

const DURATION = 30 * SECOND;

/** Plays a story; answers who counted in which hour. */
const play = (replicas: number, skews: readonly number[], steps: readonly Step[]) => {
  let now = at('00:59:00');
  let stored: Stored = { holder: '', term: undefined, duration: DURATION, version: 1 };
  const counted = new Map<Hour, Set<number>>();
  const late: (() => void)[] = [];
  const fresh = (skew: number): Replica => ({
    skew,
    known: undefined,
    seenVersion: 0,
    seenAt: now,
    seen: undefined,
    held: undefined,
    counted: undefined,
  });
  const all = Array.from({ length: replicas }, (_, index) => fresh(skews[index] ?? 0));
  const clockOf = (replica: Replica) => now + replica.skew;

  const learn = (who: number, lease: Stored): void => {
    const replica = all[who] as Replica;
    replica.known = lease;
    if (lease.version !== replica.seenVersion) [replica.seenVersion, replica.seenAt] = [lease.version, now];
    if (lease.term !== undefined) replica.seen = Math.max(replica.seen ?? 0, lease.term.through) as Hour;
    if (lease.holder === `${who}` && lease.term !== undefined) replica.held = lease.term;
  };

  const put = (over: number, holder: string, next: Term): Stored | undefined => {
    if (stored.version !== over) return undefined;
    stored = { holder, term: next, duration: DURATION, version: over + 1 };
    return stored;
  };

  const write = (who: number, how: 'write' | 'loseAnswer' | 'delay'): void => {
    const replica = all[who] as Replica;
    const { known, held, seen } = replica;
    if (known === undefined) return;
    const view = { lease: known, me: `${who}`, now: clockOf(replica), unchangedFor: now - replica.seenAt, held, seen };
    const decision = decideLease(view);
    replica.known = undefined;
    if (decision.kind !== 'acquire' && decision.kind !== 'renew') return;
    const send = () => put(known.version, `${who}`, decision.term);
    if (how === 'delay') {
      late.push(send);
      return;
    }
    const answer = send();
    if (how === 'write' && answer !== undefined) learn(who, answer);
  };

  const count = (who: number): void => {
    const replica = all[who] as Replica;
    const open = hourOf(clockOf(replica));
    if (replica.held === undefined || !covers(replica.held, clockOf(replica))) return;
    replica.counted = Math.max(open, replica.counted ?? open) as Hour;
    counted.set(open, (counted.get(open) ?? new Set()).add(who));
  };

  for (const step of steps) {
    if (step.do === 'pass') now += step.time;
    else if (step.do === 'arrive') late.shift()?.();
    else if (step.do === 'anew')
      stored = { holder: '', term: undefined, duration: DURATION, version: stored.version + 1 };
    else {
      const replica = all[step.who % replicas] as Replica;
      const who = all.indexOf(replica);
      switch (step.do) {
        case 'read':
          learn(who, stored);
          break;
        case 'write':
        case 'loseAnswer':
        case 'delay':
          write(who, step.do);
          break;
        case 'count':
          count(who);
          break;
        case 'round':
          learn(who, stored);
          write(who, 'write');
          count(who);
          break;
        case 'crash':
          all[who] = fresh(replica.skew);
          break;
        case 'resign': {
          const { known, held } = replica;
          if (known?.holder !== `${who}` || held === undefined) break;
          const left = givenBack(held, Math.max(hourOf(clockOf(replica)), replica.counted ?? 0) as Hour);
          all[who] = fresh(replica.skew);
          put(known.version, '', left);
          break;
        }
        case 'jump':
          replica.skew += step.by;
          break;
        default:
          step satisfies never;
      }
    }
  }
  return counted;
};

const REPLICAS = 3;
const who = fc.nat({ max: REPLICAS - 1 });
const only = <Name extends string>(name: Name) => fc.constant(name);

const pass = fc.record({
  do: only('pass'),
  time: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(SECOND, 5 * SECOND, 31 * SECOND) },
    { weight: 1, arbitrary: fc.constantFrom(MINUTE, HOUR / 3) },
  ),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: pass },
  { weight: 8, arbitrary: fc.record({ do: only('round'), who }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('read' as const, 'write' as const, 'count' as const), who }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('crash' as const, 'resign' as const), who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('loseAnswer' as const, 'delay' as const), who }) },
  { weight: 1, arbitrary: fc.record({ do: only('arrive') }) },
  { weight: 1, arbitrary: fc.record({ do: only('jump'), who, by: fc.constantFrom(-HOUR, -MINUTE, MINUTE, HOUR) }) },
);

/** A little, as of clocks that follow AWS's answers, and far more than that. */
const skew = fc.oneof(fc.integer({ min: -5 * SECOND, max: 5 * SECOND }), fc.integer({ min: -2 * HOUR, max: 2 * HOUR }));
const skews = fc.tuple(skew, skew, skew);

const oneForEachHour = (counted: ReadonlyMap<Hour, ReadonlySet<number>>): void => {
  for (const [open, by] of counted) expect({ open, by: [...by] }).toEqual({ open, by: [expect.any(Number)] });
};

test('never two replicas for one hour, whatever clocks, pauses, crashes and lost answers do', () => {
  fc.assert(
    fc.property(skews, fc.array(step, { maxLength: 80 }), (apart, steps) =>
      oneForEachHour(play(REPLICAS, apart, steps)),
    ),
    { numRuns: 4_000 },
  );
});

test('a Lease that is made anew does not make two of them either, where they have seen it', () => {
  const everybody = (what: 'round' | 'read') =>
    Array.from({ length: REPLICAS }, (_, index): Step => ({ do: what, who: index }));
  // Who starts after it was deleted cannot know what stood in it: nobody crashes here.
  const seen = step.filter(({ do: what }) => !['crash', 'resign', 'delay', 'loseAnswer', 'jump'].includes(what));
  const stories = fc.array(fc.oneof(seen, fc.record({ do: only('anew') })), { maxLength: 80 }).map((steps) =>
    // Everybody looks every few seconds, and between two looks at most one term begins.
    steps.flatMap((one) => [one, ...everybody('read')]),
  );
  fc.assert(
    fc.property(skews, stories, (apart, steps) =>
      oneForEachHour(play(REPLICAS, apart, [...everybody('round'), ...steps])),
    ),
    { numRuns: 1_000 },
  );
});

test('with clocks that agree and nothing in the way somebody leads, and after a death again from the next hour on', () => {
  const minutes = (count: number, alive: readonly number[]): Step[] =>
    Array.from({ length: count * 12 }, (): Step[] => [
      { do: 'pass', time: 5 * SECOND },
      ...alive.flatMap((one): Step[] => [
        { do: 'read', who: one },
        { do: 'write', who: one },
        { do: 'count', who: one },
      ]),
    ]).flat();
  const counted = play(REPLICAS, [0, 900, -900], [...minutes(31, [0, 1, 2]), ...minutes(90, [1, 2])]);
  const leaders = [...counted].map(([open, by]) => [open - hour('00'), [...by]]);
  expect(leaders).toEqual([
    [0, [0]],
    [1, [0]],
    [2, [1]],
    [3, [1]],
  ]);
});
