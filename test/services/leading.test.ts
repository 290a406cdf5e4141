import { expect, test } from '@jest/globals';
import type { Dimension } from '../../src/agent/core/configuration/config.ts';
import { endOf, format, type Hour, hourOf, type Instant, parse } from '../../src/agent/core/time/hour.ts';
import * as quantity from '../../src/agent/core/usage/quantity.ts';
import type { Report } from '../../src/agent/core/usage/report.ts';
import type { Hours, Leading } from '../../src/agent/services/leading.ts';
import { makeRecording } from '../../src/agent/services/recording.ts';
import { newFolder, openIn, reportOf } from '../support/ledgerOnDisk.ts';
import { SILENT, sumOf } from '../support/tollWorld.ts';
import { makeVirtualTime, settle } from '../support/virtualTime.ts';

const hour = (text: string): Hour => parse(`2026-03-01T${text}Z`) ?? (0 as Hour);
const at = (text: string): number => Date.parse(`2026-03-01T${text}Z`);

const DIMENSIONS: readonly Dimension[] = [
  sumOf('requests'),
  { ...sumOf('gb'), meter: 'counter' },
  { ...sumOf('nodes'), meter: 'average', scope: 'product', decimals: 2 },
  { ...sumOf('hosts'), meter: 'max', scope: 'product', zeroHours: true },
];

/** One replica with its own ledger, and a term that is set by hand. */
const startReplica = async (text: string) => {
  const time = makeVirtualTime(at(text));
  const { clock, scheduler, advanceTo } = time;
  const folder = newFolder();
  let [hours, until]: [Hours | undefined, Instant | undefined] = [undefined, undefined];
  const open = () =>
    openIn(folder, { clock, scheduler, dimensions: DIMENSIONS, resource: 'pod-a', levelsUntil: () => until });
  let ledger = await open();
  const leading: Leading = { hours: () => hours, whyNot: () => 'two holds the Lease' };
  const replica = {
    get ledger() {
      return ledger;
    },
    restart: async () => {
      ledger.abandon();
      ledger = await open();
    },
    to: (then: string) => advanceTo(at(then)),
    /** Leads in the open hour as in a term that began at `from`. */
    lead: (from: string) => {
      const now = hourOf(clock.wall());
      [hours, until] = [{ from: hour(from), last: now }, endOf(now)];
      ledger.beginTerm(hour(from));
    },
    stepDown: () => {
      hours = undefined;
    },
    take: async (report: Partial<Report> & { readonly count: number | string }) => {
      const { count, ...more } = report;
      const recording = makeRecording({
        ledger,
        clock,
        timekeeping: { guess: clock.wall },
        leading,
        count: () => undefined,
        log: SILENT,
      });
      const taking = recording.take([reportOf(count, { at: clock.wall(), ...more })]);
      await settle();
      return taking;
    },
    /** What stands in the hours that no record has been made of. */
    open: () =>
      Object.fromEntries(
        ledger
          .reading()
          .overview.open.map((row) => [`${format(row.hour).slice(11)} ${row.dimension}`, quantity.format(row.counted)]),
      ),
  };
  return replica;
};

test('who does not lead acknowledges nothing, and nothing of it is in the ledger', async () => {
  const replica = await startReplica('10:10:00');
  expect(await replica.take({ count: 5 })).toEqual({
    kind: 'unavailable',
    reason: 'not the leader: two holds the Lease',
    retryAfter: 5,
    notLeader: true,
  });
  expect(replica.open()).toEqual({});
});

test('a term whose last hour is over is none', async () => {
  const replica = await startReplica('10:59:59');
  replica.lead('10');
  await replica.to('11:00:00.500');
  expect(await replica.take({ count: 5 })).toMatchObject({ kind: 'unavailable', notLeader: true });
});

test('reports of hours that another one led count in the open hour; of hours to come, too', async () => {
  const replica = await startReplica('09:30:00');
  await replica.to('11:58:00');
  replica.lead('11');
  expect(await replica.take({ count: 1, at: at('10:30:00'), dated: true })).toMatchObject({ accepted: 1, late: 1 });
  expect(await replica.take({ count: 2, at: at('12:01:00'), dated: true })).toMatchObject({ accepted: 1 });
  expect(replica.open()).toEqual({ '11Z requests': '3' });
});

test('a maximum of an hour that another one led is its own: here it counts nothing', async () => {
  const replica = await startReplica('09:30:00');
  await replica.to('11:10:00');
  replica.lead('11');
  const receipt = await replica.take({ dimension: 'hosts', count: 9, at: at('10:30:00'), dated: true });
  expect(receipt).toMatchObject({ uncounted: [{ index: 0, why: 'late' }] });
  expect(replica.open()).toEqual({});
});

test('a counter that another one has counted on meanwhile begins anew', async () => {
  const replica = await startReplica('10:10:00');
  replica.lead('10');
  const reading = (count: number) => replica.take({ dimension: 'gb', count, source: 'disk' });
  await reading(100);
  await replica.to('10:20:00');
  await reading(130);
  replica.stepDown();
  await replica.to('12:05:00');
  // A restart in between changes nothing.
  await replica.restart();
  replica.lead('12');
  expect(await reading(500)).toMatchObject({ uncounted: [{ index: 0, why: 'first' }] });
  await replica.to('12:06:00');
  await reading(510);
  expect(replica.open()).toEqual({ '10Z gb': '30', '12Z gb': '10' });
});

test('a counter that says since when it counts is not taken from zero, when that was before the term', async () => {
  const replica = await startReplica('09:10:00');
  await replica.to('11:05:00');
  replica.lead('11');
  const receipt = await replica.take({ dimension: 'gb', count: 700, source: 'disk', start: at('09:30:00') });
  expect(receipt).toMatchObject({ uncounted: [{ index: 0, why: 'first' }] });
});

test('a restart within the term keeps what counters and levels were', async () => {
  const replica = await startReplica('10:10:00');
  replica.lead('10');
  await replica.take({ dimension: 'gb', count: 100, source: 'disk' });
  await replica.restart();
  replica.lead('10');
  await replica.to('10:20:00');
  await replica.take({ dimension: 'gb', count: 130, source: 'disk' });
  expect(replica.open()).toEqual({ '10Z gb': '30' });
});

test('a level counts to the end of the term and no further, whatever else the ledger does', async () => {
  const replica = await startReplica('10:30:00');
  replica.lead('10');
  await replica.take({ dimension: 'nodes', count: 4 });
  for (let minute = 31; minute < 60; minute += 1) {
    await replica.to(`10:${minute}:00`);
    replica.ledger.alive();
  }
  replica.stepDown();
  for (let minute = 10; minute < 40; minute += 1) {
    await replica.to(`11:${minute}:00`);
    replica.ledger.alive();
  }
  // A level of 4 for half an hour.
  expect(replica.open()).toEqual({ '10Z nodes': '2' });
  await replica.to('13:00:00');
  replica.lead('13');
  for (const minute of ['01', '02', '03']) {
    await replica.to(`13:${minute}:00`);
    replica.ledger.alive();
  }
  expect(replica.open()).toEqual({ '10Z nodes': '2' });
});

test('a replica that never led has no levels and no idle hours', async () => {
  const replica = await startReplica('10:30:00');
  replica.ledger.alive();
  replica.ledger.tick(hour('10'), false);
  expect(replica.ledger.idleHours('hosts')).toEqual([]);
  replica.ledger.tick(hour('10'), true);
  expect(replica.ledger.idleHours('hosts')).toEqual([hour('10')]);
});
