import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Dimension } from '../../../src/agent/core/configuration/config.ts';
import { format, HOUR, hourOf, MINUTE, stampOf } from '../../../src/agent/core/time/hour.ts';
import { freeze } from '../../../src/agent/core/usage/freeze.ts';
import * as quantity from '../../../src/agent/core/usage/quantity.ts';
import { makeRecording } from '../../../src/agent/services/recording.ts';
import { NOW, openIn, reportOf } from '../../support/ledgerOnDisk.ts';
import { SILENT, sumOf } from '../../support/tollWorld.ts';
import { makeVirtualTime } from '../../support/virtualTime.ts';

/** Processes of three resources, one after the other on one volume. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('report' as const), value: fc.integer({ min: 1, max: 9 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), minutes: fc.constantFrom(1, 9, 50) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('flush' as const, 'crash' as const),
      next: fc.constantFrom('task/a', 'task/b', 'task/c'),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const dimensionOf = (meter: Dimension['meter']): Dimension => ({
  ...sumOf('requests', { decimals: meter === 'average' ? 6 : 0 }),
  meter,
  ...(meter === 'sum' || meter === 'counter' ? {} : { scope: 'product' }),
  ...(meter === 'unique' ? { within: 'hour' } : {}),
});

const sourceOf = (meter: Dimension['meter'], value: number): string => (meter === 'unique' ? `thing-${value}` : 'one');

/** One meter that nobody ever replaced: what the reports that count come to. */
const makeOracle = (meter: Dimension['meter']) => {
  const isOneNumber = meter === 'max' || meter === 'last';
  const seen = new Set<string>();
  /** Of an hour that is one number: what has been billed of it, and what has been said since. */
  const hours = new Map<number, { billed: number; said: number | undefined }>();
  let [total, first] = [0, true];
  let level = { value: 0, since: 0 };

  /** What went out with an unfinished hour stands, also where a level is lower later. */
  const bill = (hour: number): void => {
    const one = hours.get(hour);
    if (one?.said === undefined) return;
    hours.set(hour, { billed: Math.max(one.billed, one.said), said: undefined });
  };
  const billUpTo = (last: number): void => {
    for (const hour of hours.keys()) if (hour <= last) bill(hour);
  };
  const levelEnds = (at: number, value: number): void => {
    total += meter === 'average' ? (level.value * (at - level.since)) / HOUR : 0;
    level = { value, since: at };
  };

  return {
    report: (hour: number, at: number, value: number, counts: boolean): void => {
      if (meter === 'average') levelEnds(at, value);
      if (meter === 'sum' || (meter === 'counter' && !first)) total += value;
      first = false;
      if (!counts) return;
      if (meter === 'unique') seen.add(`${hour} ${value}`);
      if (!isOneNumber) return;
      const { billed, said } = hours.get(hour) ?? { billed: 0, said: undefined };
      hours.set(hour, { billed, said: meter === 'max' ? Math.max(said ?? 0, value) : value });
    },
    sent: billUpTo,
    takenOver: (hour: number, at: number, usedBefore: boolean): void => {
      levelEnds(at, 0);
      billUpTo(hour - 1);
      if (usedBefore) bill(hour);
    },
    end: (at: number): void => {
      levelEnds(at, 0);
      billUpTo(Number.POSITIVE_INFINITY);
    },
    total: (): number => {
      if (isOneNumber) return [...hours.values()].reduce((sum, { billed }) => sum + billed, 0);
      return meter === 'unique' ? seen.size : total;
    },
  };
};

/** What is billed in the end, over all resources. */
const billOf = async (meter: Dimension['meter'], steps: readonly Step[]) => {
  const directory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'tollgate-owners-'));
  const { clock, scheduler, advanceTo } = makeVirtualTime(NOW);
  let owner = 'task/a';
  const open = async () => {
    const opened = await openIn(directory, {
      dimensions: [dimensionOf(meter)],
      resource: owner,
      product: 'p',
      clock,
      scheduler,
    });
    opened.straighten(clock.wall(), 1);
    return opened;
  };
  let ledger = await open();
  const oracle = makeOracle(meter);
  const hourNow = () => hourOf(clock.wall());

  /** Sends what is over, or everything, and AWS takes it. */
  const send = (everything: boolean): void => {
    for (const { dimension, hour } of ledger.agenda().open) {
      if (hour > hourNow() || (hour === hourNow() && !everything)) continue;
      const rules = { resource: owner, timestamp: stampOf(hour), maxPerHour: undefined, zero: false, ceil: false };
      const record = ledger.freeze(dimension, hour, (one) => ({ frozen: freeze(one, rules) }));
      if (record === undefined) continue;
      const answer = { at: clock.wall(), line: 'ok', requestId: 'q', recordId: 'r' };
      ledger.judge(record, answer, () => ({ state: 'receipted', doubt: false, units: { to: 'stay' } }));
    }
    oracle.sent(everything ? hourNow() : hourNow() - 1);
  };
  const pass = async (minutes: number): Promise<void> => {
    for (let minute = 0; minute < minutes; minute += 1) {
      ledger.alive();
      await advanceTo(clock.wall() + MINUTE);
    }
    ledger.alive();
    ledger.straighten(clock.wall(), 1);
  };
  const lines = () => [...ledger.books.lines()].filter(({ kind }) => kind === 'record');
  const used = (resource: string): boolean =>
    lines().some((line) => line['resource'] === resource && line['hour'] === format(hourNow()));

  let grown = 1000;
  for (const one of steps) {
    if (one.kind === 'wait') {
      await pass(one.minutes);
      // Some die before they have sent what is over.
      if (one.minutes !== 9) send(false);
    } else if (one.kind === 'report') {
      grown += one.value;
      const recording = makeRecording({
        ledger,
        clock,
        timekeeping: { guess: clock.wall },
        count: () => undefined,
        log: SILENT,
      });
      const value = { counter: grown, unique: 1 }[meter as string] ?? one.value;
      const taking = recording.take([reportOf(value, { at: clock.wall(), source: sourceOf(meter, one.value) })]);
      await advanceTo(clock.wall());
      const receipt = await taking;
      const counts = receipt.kind === 'accepted' && receipt.uncounted === undefined;
      oracle.report(hourNow(), clock.wall(), one.value, counts);
    } else {
      if (one.kind === 'flush') send(true);
      if (one.next !== owner) oracle.takenOver(hourNow(), clock.wall(), used(one.next));
      ledger.abandon();
      owner = one.next;
      ledger = await open();
    }
  }
  await pass(60);
  oracle.end(clock.wall());
  const isOpen = (): boolean => ledger.agenda().open.length > 0;
  // A level holds on: it ends here.
  if (meter === 'average') {
    const taking = ledger.append({ reports: [reportOf(0, { at: clock.wall() })], arrival: undefined }, (hour) => ({
      hour,
      late: false,
    }));
    await advanceTo(clock.wall());
    await taking;
  }
  for (let hours = 0; hours < 12 && isOpen(); hours += 1) {
    await advanceTo(clock.wall() + HOUR);
    send(false);
  }
  const billed = quantity.sum(
    lines()
      .filter(({ state }) => state === 'receipted')
      .map((line) => quantity.read(String(line['quantity']))),
  );
  const { findings } = ledger.books.check();
  const unsettled = isOpen();
  ledger.abandon();
  rmSync(directory, { recursive: true });
  return { billed: Number(quantity.format(billed)), expected: oracle.total(), findings, unsettled };
};

test.each(['sum', 'counter', 'max', 'average', 'last', 'unique'] as const)(
  '%s: whoever owns the volume after whom, the bill is that of one meter',
  async (meter) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 14 }), async (steps) => {
        const { billed, expected, findings, unsettled } = await billOf(meter, steps);
        expect({ findings, unsettled }).toEqual({ findings: [], unsettled: false });
        if (meter === 'average') expect(Math.abs(billed - expected)).toBeLessThan(0.001);
        else expect(billed).toBe(expected);
      }),
      { numRuns: 25 },
    );
  },
);

test.each([
  ['max', 12],
  ['last', 12],
] as const)('%s: A, B, and A again within an hour', async (meter, bill) => {
  const report = (value: number): Step => ({ kind: 'report', value });
  const end = (kind: 'flush' | 'crash', next: 'task/a' | 'task/b'): Step => ({ kind, next });
  const steps = [report(7), end('flush', 'task/b'), report(9), report(12), end('crash', 'task/a')];
  expect(await billOf(meter, steps)).toMatchObject({ billed: bill, expected: bill, findings: [] });
});
