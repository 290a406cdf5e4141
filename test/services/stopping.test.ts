import { expect, test } from '@jest/globals';
import { makeStopping } from '../../src/agent/services/stopping.ts';
import { POLICIES, SILENT, startWorld } from '../support/tollWorld.ts';
import { settle } from '../support/virtualTime.ts';

type World = Awaited<ReturnType<typeof startWorld>>;

const stopWith = (world: World, more: Partial<Parameters<typeof makeStopping>[0]> = {}) =>
  makeStopping({
    door: undefined,
    flushing: world.agent.flushing,
    haltReporting: world.agent.reporting.halt,
    maySend: () => true,
    isBilled: true,
    shutdown: { grace: 25_000, drain: 8_000 },
    policies: POLICIES,
    clock: world.clock,
    scheduler: world.scheduler,
    log: SILENT,
    ...more,
  });

/** Lets the stop run to its end on the virtual clock. */
const finish = async <Value>(world: World, stopping: Promise<Value>): Promise<Value> => {
  let done = false;
  void stopping.then(() => {
    done = true;
  });
  for (let second = 0; second < 60 && !done; second += 1) await world.wait(1000);
  return stopping;
};

const END = { reason: 'signal', budget: 25_000, hurry: new AbortController().signal } as const;

test('a call that hangs in the middle of a pass does not keep the last flush from the other hours', async () => {
  const world = await startWorld({ now: '2026-03-01T10:01Z' });
  await world.report('requests', 9);
  await world.report('users', 3);
  world.aws.next({ kind: 'hang' });
  await world.advanceTo('11:20');
  expect(world.aws.bill('users')).toEqual({});
  const lines = await finish(world, stopWith(world)(END));
  expect(world.aws.bill('users')).toEqual({ '10': '3' });
  expect(lines).toEqual([expect.stringContaining('2026-03-01T10Z requests: 9 not receipted')]);
});

test('a crash of the product: closed hours go out, the open one stays for the restart', async () => {
  const world = await startWorld({ now: '2026-03-01T10:30Z' });
  await world.report('requests', 4);
  await world.advanceTo('11:00:30');
  await world.report('requests', 2);
  const lines = await finish(world, stopWith(world)({ ...END, reason: 'childCrashed' }));
  expect(world.aws.bill('requests')).toEqual({ '10': '4' });
  expect(lines).toEqual(['2026-03-01T11Z requests: usage still in the ledger, not sent']);
});

test('onShutdown: keep leaves the open hour; a laptop and a shadow leave nothing behind', async () => {
  const world = await startWorld({ now: '2026-03-01T10:30Z' });
  await world.report('requests', 4);
  const kept = await finish(world, stopWith(world, { policies: { ...POLICIES, onShutdown: 'keep' } })(END));
  expect(world.aws.bodies('requests')).toEqual([]);
  expect(kept).toHaveLength(1);
  expect(await finish(world, stopWith(world, { isBilled: false })(END))).toEqual([]);
});

test('a second signal waits for nothing', async () => {
  const world = await startWorld({ now: '2026-03-01T10:30Z' });
  await world.report('requests', 4);
  const hurry = new AbortController();
  hurry.abort();
  const before = world.clock.wall();
  await stopWith(world)({ ...END, hurry: hurry.signal });
  await settle();
  expect(world.clock.wall()).toBe(before);
});

test('the door stays open while somebody uses it, but leaves AWS its share', async () => {
  const world = await startWorld({ now: '2026-03-01T10:30Z' });
  const began = world.clock.wall();
  let closedAfter = 0;
  const door = {
    closeAfterAnswers: () => undefined,
    idleFor: () => ({ silent: 0, connections: 1, dismissed: false }),
    drain: () => {
      closedAfter = world.clock.wall() - began;
    },
    stop: async () => undefined,
  };
  await finish(world, stopWith(world, { door })(END));
  expect(closedAfter).toBeGreaterThanOrEqual(16_000);
  expect(closedAfter).toBeLessThanOrEqual(18_000);
});

test.each([
  ['two seconds', 'nobody had kept a connection', false, 2_000],
  ['ten seconds', 'an answer has ended a connection that was kept', true, 10_000],
])('a silent door closes after %s when %s', async (_, __, dismissed, silence) => {
  const world = await startWorld({ now: '2026-03-01T10:30Z' });
  const began = world.clock.wall();
  let closedAfter = 0;
  const told: string[] = [];
  const door = {
    closeAfterAnswers: () => void told.push('answers close'),
    idleFor: () => ({ silent: world.clock.wall() - began, connections: 0, dismissed }),
    drain: () => {
      told.push('drains');
      closedAfter = world.clock.wall() - began;
    },
    stop: async () => undefined,
  };
  await finish(world, stopWith(world, { door })(END));
  expect(told).toEqual(['answers close', 'drains']);
  expect(closedAfter).toBeGreaterThanOrEqual(silence);
  expect(closedAfter).toBeLessThanOrEqual(silence + 1_000);
});

test('the Lease is given back once the door is shut, and an API server that does not answer holds up nothing else', async () => {
  const world = await startWorld({ now: '2026-03-01T10:01Z' });
  await world.report('requests', 9);
  const seen: string[] = [];
  const door = {
    closeAfterAnswers: () => undefined,
    drain: () => void seen.push('drain'),
    stop: async () => void seen.push('shut'),
    idleFor: () => ({ silent: 60_000, connections: 0, dismissed: false }),
  };
  const resign = () => {
    seen.push('resign');
    return new Promise<void>(() => undefined);
  };
  const lines = await finish(world, stopWith(world, { door, resign })(END));
  expect(seen).toEqual(['drain', 'shut', 'resign']);
  expect(lines).toEqual([]);
  expect(world.aws.bill('requests')).toEqual({ '10': '9' });
});

test.each([true, false])('a stop waits for the Lease to be given back (billed: %s)', async (isBilled) => {
  const world = await startWorld({ now: '2026-03-01T10:01Z' });
  let given = false;
  const resign = async () => {
    await world.agent.reporting.pass();
    given = true;
  };
  await finish(world, stopWith(world, { resign, isBilled })(END));
  expect(given).toBe(true);
});

test('a crash of the product does not give the Lease back: it comes back in the same pod, and goes on', async () => {
  const world = await startWorld({ now: '2026-03-01T10:01Z' });
  let given = false;
  const resign = async () => {
    given = true;
  };
  await finish(world, stopWith(world, { resign })({ ...END, reason: 'childCrashed' }));
  expect(given).toBe(false);
});
