import { expect, test } from '@jest/globals';
import { format, HOUR, type Hour, hourOf, MINUTE, SECOND } from '../../src/agent/core/time/hour.ts';
import type { Log } from '../../src/agent/ports.ts';
import { type Electing, makeElecting } from '../../src/agent/services/electing.ts';
import { collectingLog } from '../support/startDoor.ts';
import { SILENT } from '../support/tollWorld.ts';
import { makeVirtualLease } from '../support/virtualLease.ts';
import { makeVirtualTime, settle } from '../support/virtualTime.ts';

const DURATION = 30 * SECOND;

/** The virtual wall shows whole milliseconds. */
const TICK = 2;

type Replica = Electing & { readonly begun: Hour[]; readonly end: () => void };

/** Some replicas, one Lease, one clock. */
const startWorld = async (text: string) => {
  const time = makeVirtualTime(Date.parse(`2026-03-01T${text}Z`));
  const { clock, scheduler, advanceTo } = time;
  const lease = makeVirtualLease(clock.wall);
  const world = {
    time,
    lease,
    /** AWS's time as a replica knows it: ahead of ours by `skew`; void while `isVoid`. */
    replica: (
      me: string,
      {
        skew = 0,
        mayLead = () => true,
        log = SILENT,
        isVoid = () => false,
      }: { skew?: number; mayLead?: () => boolean; log?: Log; isVoid?: () => boolean } = {},
    ): Replica => {
      const begun: Hour[] = [];
      const now = () => (isVoid() ? undefined : clock.wall() + skew);
      const electing = makeElecting({
        leases: lease.port(me),
        name: { name: 'reporter', namespace: 'shop' },
        me,
        duration: DURATION,
        mayLead,
        beginTerm: (from) => void begun.push(from),
        timekeeping: { now, find: async () => now() },
        clock,
        scheduler,
        random: { bytes: (count) => new Uint8Array(count), fraction: () => 0.9 },
        log,
      });
      const ending = new AbortController();
      electing.start(ending.signal);
      return { ...electing, begun, end: () => ending.abort() };
    },
    advance: async (by: number) => {
      await advanceTo(clock.wall() + by);
    },
    to: async (then: string) => {
      await advanceTo(Date.parse(`2026-03-01T${then}Z`));
    },
    /** Requests in the busiest second, of one replica. */
    busiest: (who: string) => {
      const times = lease.requests.filter((request) => request.who === who).map(({ at }) => at);
      return Math.max(...times.map((at) => times.filter((other) => other >= at && other < at + SECOND - TICK).length));
    },
  };
  await settle();
  return world;
};

const leaders = (...replicas: readonly Electing[]) => replicas.map(({ hours }) => hours() !== undefined);

test('the first one leads at once, the other stands by and says who leads', async () => {
  const world = await startWorld('10:20:00');
  const one = world.replica('one');
  await world.advance(2 * SECOND);
  const two = world.replica('two');
  await world.advance(20 * SECOND);
  expect(leaders(one, two)).toEqual([true, false]);
  expect([one.role(), two.role()]).toEqual(['leader', 'standby']);
  expect(one.whyNot()).toBeUndefined();
  expect(two.whyNot()).toBe('this replica stands by; one holds the Lease');
  expect(two.whyNotInPublic()).toBe('standby: another replica leads');
  expect(one.begun.map(format)).toEqual(['2026-03-01T10Z']);
});

test('a leader keeps its place over the hours without a gap, and asks seldom', async () => {
  const world = await startWorld('10:20:00');
  const one = world.replica('one');
  await world.advance(2 * SECOND);
  const two = world.replica('two');
  await world.advance(5 * SECOND);
  for (const end = world.time.clock.wall() + 3 * HOUR; world.time.clock.wall() < end; ) {
    // Closely where one hour becomes another.
    await world.advance(world.time.clock.wall() % HOUR > HOUR - 20 * SECOND ? SECOND / 4 : 19 * SECOND);
    if (!leaders(one, two)[0]) throw new Error(`no leader at ${new Date(world.time.clock.wall()).toISOString()}`);
  }
  expect(one.begun).toHaveLength(1);
  expect(world.busiest('one')).toBe(1);
  expect(world.busiest('two')).toBe(1);
  expect(world.lease.requests.filter(({ who }) => who === 'one').length).toBeLessThan(3 * 400);
});

test('the leader dies: the standby is elected soon, and leads from the next hour on, not before', async () => {
  const world = await startWorld('10:20:00');
  const one = world.replica('one');
  await world.advance(2 * SECOND);
  const two = world.replica('two');
  await world.to('10:40:00');
  one.end();
  world.lease.setWeather((who) => (who === 'one' ? 'away' : 'fine'));
  await world.to('10:41:00');
  expect(two.role()).toBe('elected');
  expect(two.whyNot()).toContain('leads from 2026-03-01T11Z on');
  expect(two.hours()).toBeUndefined();
  await world.to('10:59:59');
  expect(two.hours()).toBeUndefined();
  await world.to('11:00:00.010');
  expect(two.hours()).toEqual({ from: hourOf(world.time.clock.wall()), last: hourOf(world.time.clock.wall()) });
  expect(two.begun.map(format)).toEqual(['2026-03-01T11Z']);
});

test('a leader that goes gives the Lease back: the next one is elected at once, for the next hour', async () => {
  const world = await startWorld('10:20:00');
  const one = world.replica('one');
  await world.advance(2 * SECOND);
  const two = world.replica('two');
  await world.to('10:59:57');
  const claimed = () => {
    const { term } = world.lease.read();
    return term === undefined || term === 'unreadable' ? undefined : format(term.through);
  };
  expect(claimed()).toBe('2026-03-01T11Z');
  const resigned = one.resign();
  await world.advance(SECOND);
  await resigned;
  expect(one.hours()).toBeUndefined();
  expect(one.whyNot()).toBe('this replica is shutting down');
  expect(world.lease.read()).toMatchObject({ holder: '' });
  // What it had claimed and not begun is given back.
  expect(claimed()).toBe('2026-03-01T10Z');
  await world.to('11:00:12');
  expect(two.hours()).toBeDefined();
  expect(leaders(one, two)).toEqual([false, true]);
});

test('O44: the API server is away for ten minutes within an hour: counting goes on, one request a second at most, told in status', async () => {
  const { log, lines } = collectingLog();
  const world = await startWorld('10:20:00');
  const one = world.replica('one', { log });
  await world.advance(2 * SECOND);
  const two = world.replica('two');
  await world.to('10:30:00');
  world.lease.setWeather(() => 'away');
  for (let minute = 30; minute < 40; minute += 1) {
    await world.to(`10:${minute}:59`);
    expect(leaders(one, two)).toEqual([true, false]);
  }
  expect(one.election().gap).toMatchObject({ until: undefined });
  world.lease.setWeather(() => 'fine');
  await world.to('10:40:30');
  expect(leaders(one, two)).toEqual([true, false]);
  const { gap } = one.election();
  expect((gap?.until ?? 0) - (gap?.since ?? 0)).toBeGreaterThan(9 * MINUTE);
  expect(world.busiest('one')).toBe(1);
  expect(world.busiest('two')).toBe(1);
  // Once when it went and once when it came back.
  expect(lines.map(({ event }) => event)).toEqual(['leader', 'lease', 'lease reached again']);
});

test('O44: away over the edge of an hour: nobody leads what nobody claimed, and within 30 s of its return somebody does', async () => {
  const world = await startWorld('10:20:00');
  const one = world.replica('one');
  await world.advance(2 * SECOND);
  const two = world.replica('two');
  await world.to('10:55:00');
  world.lease.setWeather(() => 'away');
  await world.to('10:59:59');
  expect(leaders(one, two)).toEqual([true, false]);
  await world.to('11:00:00.010');
  expect(leaders(one, two)).toEqual([false, false]);
  expect(one.whyNot()).toContain('cannot tell whether it leads');
  await world.to('11:05:00');
  world.lease.setWeather(() => 'fine');
  await world.to('11:05:30');
  expect(leaders(one, two).filter(Boolean)).toHaveLength(1);
});

test('a leader cut off from the API server leads to the end of its hour; the standby is elected and leads the next one', async () => {
  const world = await startWorld('10:20:00');
  const one = world.replica('one');
  await world.advance(2 * SECOND);
  const two = world.replica('two');
  await world.to('10:30:00');
  world.lease.setWeather((who) => (who === 'one' ? 'away' : 'fine'));
  await world.to('10:59:59');
  expect(leaders(one, two)).toEqual([true, false]);
  expect(two.role()).toBe('elected');
  await world.to('11:00:01');
  expect(leaders(one, two)).toEqual([false, true]);
  world.lease.setWeather(() => 'fine');
  await world.to('11:10:00');
  expect(leaders(one, two)).toEqual([false, true]);
  expect(one.role()).toBe('standby');
});

test('a write whose answer is lost is not believed until the Lease is read', async () => {
  const world = await startWorld('10:20:00');
  world.lease.setWeather((_, verb) => (verb === 'update' ? 'lost' : 'away'));
  const one = world.replica('one');
  await world.advance(30 * SECOND);
  expect(one.hours()).toBeUndefined();
  world.lease.setWeather((_, verb) => (verb === 'update' ? 'lost' : 'fine'));
  await world.advance(30 * SECOND);
  expect(world.lease.read().holder).toBe('one');
  expect(one.hours()).toBeDefined();
});

test('a write that comes late, when another one has written, is a conflict and changes nothing', async () => {
  const world = await startWorld('10:20:00');
  world.lease.setWeather((_, verb) => (verb === 'update' ? 'held' : 'fine'));
  const one = world.replica('one');
  await world.advance(3 * SECOND);
  world.lease.setWeather((who) => (who === 'two' ? 'fine' : 'away'));
  const two = world.replica('two');
  await world.advance(10 * SECOND);
  world.lease.letGo();
  world.lease.setWeather(() => 'fine');
  await world.advance(MINUTE);
  expect(leaders(one, two)).toEqual([false, true]);
});

test('somebody writes the Lease beside the leader: it reads it again, and leads on over the hours', async () => {
  const world = await startWorld('10:20:00');
  const one = world.replica('one');
  await world.to('10:30:00');
  world.lease.put({});
  await world.to('11:10:00');
  expect(one.hours()).toBeDefined();
  expect(world.lease.requests.filter(({ verb }) => verb === 'get').length).toBeGreaterThan(1);
});

test.each([
  [401, 'mount the service account'],
  [403, 'resourceNames: [reporter], verbs: [get, update]'],
  [404, 'kubectl apply -n shop'],
])('the API server says %i: nobody leads, and the fix is told once', async (status, fix) => {
  const { log, lines } = collectingLog();
  const world = await startWorld('10:20:00');
  world.lease.setWeather(() => ({ status }));
  const one = world.replica('one', { log });
  await world.advance(5 * MINUTE);
  expect(one.hours()).toBeUndefined();
  expect(one.whyNot()).toContain(`the API server answered ${status}`);
  expect(one.whyNotInPublic()).toBe('standby: whether it leads is not known at the moment');
  expect(lines).toEqual([
    expect.objectContaining({ event: 'lease', fields: expect.objectContaining({ fix: expect.stringContaining(fix) }) }),
  ]);
  world.lease.setWeather(() => 'fine');
  await world.advance(30 * SECOND);
  expect(one.hours()).toBeDefined();
});

test('may read and not write: it is said once, not at every try', async () => {
  const { log, lines } = collectingLog();
  const world = await startWorld('10:20:00');
  world.lease.setWeather((_, verb) => (verb === 'get' ? 'fine' : { status: 403 }));
  world.replica('one', { log });
  await world.advance(5 * MINUTE);
  expect(lines.filter(({ event }) => event === 'lease')).toHaveLength(1);
});

test('Retry-After is kept, within reason', async () => {
  const world = await startWorld('10:20:00');
  world.lease.setWeather(() => ({ status: 429, retryAfter: 15 * SECOND }));
  world.replica('one');
  await world.advance(MINUTE);
  const times = world.lease.requests.map(({ at }) => at);
  for (const [index, time] of times.entries()) {
    if (index > 0) expect(time - (times[index - 1] ?? 0)).toBeGreaterThanOrEqual(15 * SECOND - TICK);
  }
  world.lease.setWeather(() => ({ status: 429, retryAfter: 3_600 * SECOND }));
  await world.advance(2 * MINUTE);
  expect(world.lease.requests.length).toBeGreaterThan(times.length + 3);
});

test('annotations that are no hours: nobody leads, and the way out is told', async () => {
  const world = await startWorld('10:20:00');
  world.lease.put({ term: 'unreadable' });
  const one = world.replica('one');
  await world.advance(MINUTE);
  expect(one.hours()).toBeUndefined();
  expect(one.election().gap?.trouble.fix).toContain('kubectl annotate lease reporter -n shop');
  world.lease.put({ term: undefined });
  await world.advance(20 * SECOND);
  expect(one.hours()).toBeDefined();
});

test('a replica whose gate is shut, or that does not know the time, leaves the Lease alone', async () => {
  const world = await startWorld('10:20:00');
  let [open, isVoid] = [false, false];
  const one = world.replica('one', { mayLead: () => open, isVoid: () => isVoid });
  await world.advance(MINUTE);
  expect(world.lease.requests).toEqual([]);
  expect(one.whyNot()).toBe('the gate of this replica is not open');
  open = true;
  await world.advance(10 * SECOND);
  expect(one.hours()).toBeDefined();
  isVoid = true;
  expect(one.hours()).toBeUndefined();
  expect(one.whyNot()).toContain("AWS's time is not known");
});

test('a process that comes back in the same pod goes on in its hour', async () => {
  const world = await startWorld('10:20:00');
  const one = world.replica('one');
  await world.advance(2 * SECOND);
  one.end();
  const again = world.replica('one');
  await world.advance(3 * SECOND);
  expect(again.hours()).toBeDefined();
  expect(again.begun.map(format)).toEqual(['2026-03-01T10Z']);
});

test('elected for the next hour, it comes back and still waits for it', async () => {
  const world = await startWorld('10:20:00');
  const one = world.replica('one');
  await world.advance(2 * SECOND);
  const two = world.replica('two');
  await world.advance(2 * SECOND);
  one.end();
  await world.to('10:50:00');
  two.end();
  const again = world.replica('two');
  await world.to('10:59:58');
  expect(again.role()).toBe('elected');
  expect(again.hours()).toBeUndefined();
  await world.to('11:00:00.010');
  expect(again.hours()).toBeDefined();
});
