import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import type { Dimension } from '../../../src/agent/core/configuration/config.ts';
import { type Hour, hourOf, MINUTE, stampOf, startOf } from '../../../src/agent/core/time/hour.ts';
import { freeze } from '../../../src/agent/core/usage/freeze.ts';
import * as quantity from '../../../src/agent/core/usage/quantity.ts';
import type { OpenLedger } from '../../../src/agent/io/ledger/ledger.ts';
import { NOW, openIn, reportOf, take } from '../../support/ledgerOnDisk.ts';
import { sumOf } from '../../support/tollWorld.ts';
import { makeVirtualTime } from '../../support/virtualTime.ts';

const Exact = Decimal.clone({ precision: 300 });
const exact = (value: quantity.Quantity) => new Exact(quantity.format(value));
const TEN = hourOf(NOW);

/** Hundreds of small ledgers: in memory where there is room for files in it. */
const folderInMemory = (): string =>
  mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'tollgate-meters-'));

const freezeIn = (ledger: OpenLedger, hour: Hour) =>
  ledger.freeze('requests', hour, (open) => ({
    frozen: freeze(open, {
      resource: 'task/one',
      timestamp: stampOf(hour),
      maxPerHour: undefined,
      zero: false,
      ceil: false,
    }),
  }));

const value = fc
  .tuple(fc.bigInt({ min: 0n, max: 10n ** 16n }), fc.nat({ max: 12 }))
  .map(([digits, scale]) => quantity.add({ digits, scale }, quantity.ZERO));
const per = fc.constantFrom('7', '0.5', '1000', '1', '0.0003', '33.333');
const hourStep = fc.record({
  reports: fc.array(value, { maxLength: 4 }),
  per,
  decimals: fc.nat({ max: 6 }),
  restart: fc.boolean(),
});

test.each(['sum', 'counter'] as const)(
  '%s: units and carry are what was counted, exactly, over restarts and any per and decimals',
  async (meter) => {
    await fc.assert(
      fc.asyncProperty(fc.array(hourStep, { minLength: 1, maxLength: 6 }), async (steps) => {
        const folder = folderInMemory();
        let ledger: OpenLedger | undefined;
        let definition = { per: new Exact(1), decimals: 0 };
        let [carry, shown] = [new Exact(0), quantity.ZERO];
        let [acknowledged, moved] = [new Exact(0), new Exact(0)];
        let began: typeof definition | undefined;
        for (const [index, step] of steps.entries()) {
          if (ledger === undefined || step.restart) {
            ledger?.abandon();
            const dimension = { ...sumOf('requests'), meter, per: quantity.read(step.per), decimals: step.decimals };
            ledger = await openIn(folder, { dimensions: [dimension] });
            definition = { per: new Exact(step.per), decimals: step.decimals };
            if (index === 0 && meter === 'counter') {
              await take(ledger, [reportOf(0, { source: 's', at: startOf(TEN) - 1, dated: true })]);
            }
          }
          const hour = (TEN + index) as Hour;
          let counted = new Exact(0);
          for (const [n, count] of step.reports.entries()) {
            counted = counted.plus(exact(count));
            shown = quantity.add(shown, count);
            const more = meter === 'sum' ? {} : { source: 's' };
            const report = reportOf(quantity.format(meter === 'sum' ? count : shown), {
              ...more,
              at: startOf(hour) + n,
              dated: true,
            });
            await take(ledger, [report]);
          }
          acknowledged = acknowledged.plus(counted);
          // An hour to which something moved began when it did.
          const { per: one, decimals } = began ?? definition;
          const scale = new Exact(10).pow(decimals);
          const whole = moved.mul(scale).floor().div(scale);
          const total = carry.plus(counted).plus(moved.minus(whole).mul(one));
          const made = total.mul(scale).divToInt(one).div(scale);
          carry = total.minus(made.mul(one));
          const limit = new Exact(decimals === 0 ? '2147483647' : '9999999999.999999').mul(scale).floor().div(scale);
          const units = Decimal.min(made.plus(whole), limit);
          moved = made.plus(whole).minus(units);
          began = moved.isZero() ? undefined : definition;
          const record = freezeIn(ledger, hour);
          expect(record === undefined ? '0' : quantity.format(record.quantity)).toBe(units.toFixed());
        }
        const { findings, accounts } = ledger?.books.check() ?? { findings: ['no ledger'], accounts: [] };
        expect(findings).toEqual([]);
        expect(exact(accounts[0]?.carry ?? quantity.ZERO).toFixed()).toBe(carry.toFixed());
        expect(exact(accounts[0]?.acknowledged ?? quantity.ZERO).toFixed()).toBe(acknowledged.toFixed());
        ledger?.abandon();
        rmSync(folder, { recursive: true });
      }),
      { numRuns: 60 },
    );
  },
);

const ofMeter = (meter: Dimension['meter'], more: Partial<Dimension> = {}): Dimension => ({
  ...sumOf('requests'),
  meter,
  scope: 'pod',
  ...more,
});

const levelStep = fc.oneof(
  fc.record({ kind: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 45 }) }),
  fc.record({ kind: fc.constant('report' as const), level: value, back: fc.option(fc.nat({ max: 20 * MINUTE })) }),
  fc.record({ kind: fc.constant('crash' as const) }),
);

test('average: the integral over every clock hour is what an independent oracle says, over restarts and corrections', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(levelStep, { minLength: 1, maxLength: 14 }), async (steps) => {
      const folder = folderInMemory();
      const { clock, scheduler, advanceTo } = makeVirtualTime(NOW);
      const open = () => openIn(folder, { dimensions: [ofMeter('average', { decimals: 6 })], clock, scheduler });
      let ledger = await open();
      ledger.alive();
      // The oracle: every level with its time, newest last; a report that is older than the newest is ignored.
      const points: { readonly at: number; readonly level: Decimal }[] = [];
      for (const step of steps) {
        // Reports come between two signs of life.
        await advanceTo(clock.wall() + 7_001);
        if (step.kind === 'wait') {
          for (let minute = 0; minute < step.minutes; minute += 1) {
            await advanceTo(clock.wall() + MINUTE);
            ledger.alive();
          }
        } else if (step.kind === 'crash') {
          ledger.abandon();
          ledger = await open();
        } else {
          const at = Math.max(clock.wall() - (step.back ?? 0), NOW);
          const newest = points.at(-1)?.at ?? 0;
          const dated = step.back !== null;
          const reports = [reportOf(quantity.format(step.level), { at, dated })];
          const receipt = ledger.append({ reports, arrival: clock.wall() }, (hour) => ({ hour, late: false }));
          await advanceTo(clock.wall());
          const stale = dated && at < newest;
          expect((await receipt).kind === 'accepted' && 'uncounted' in (await receipt)).toBe(stale);
          if (!stale) points.push({ at: Math.max(at, newest), level: exact(step.level) });
        }
      }
      ledger.alive();
      const now = clock.wall();
      const oracle = new Map<number, Decimal>();
      for (const [index, { at, level }] of points.entries()) {
        const end = points[index + 1]?.at ?? now;
        for (let from = at; from < end; ) {
          const edge = Math.min(end, startOf((hourOf(from) + 1) as Hour));
          const seconds = level.mul(edge - from).div(1000);
          oracle.set(hourOf(from), (oracle.get(hourOf(from)) ?? new Exact(0)).plus(seconds));
          from = edge;
        }
      }
      const counted = new Map(
        [...ledger.books.lines()]
          .filter(({ kind }) => kind === 'open')
          .map((line) => [
            hourOf(Date.parse(`${String(line['hour']).slice(0, 13)}:00Z`)),
            new Exact(String(line['counted'])),
          ]),
      );
      for (const hour of new Set([...oracle.keys(), ...counted.keys()])) {
        expect([hour, (counted.get(hour as Hour) ?? new Exact(0)).toFixed()]).toEqual([
          hour,
          (oracle.get(hour) ?? new Exact(0)).toFixed(),
        ]);
      }
      expect(ledger.books.check().findings).toEqual([]);
      ledger.abandon();
      rmSync(folder, { recursive: true });
    }),
    { numRuns: 60 },
  );
});

const inOneHour = fc.uniqueArray(
  fc.record({ at: fc.nat({ max: 3_599_999 }), level: value, source: fc.nat({ max: 5 }) }),
  {
    selector: ({ at }) => at,
    minLength: 1,
    maxLength: 8,
  },
);

test.each(['sum', 'max', 'last', 'unique'] as const)(
  '%s does not depend on the order in which dated reports of an hour arrive, nor on crashes between them',
  async (meter) => {
    await fc.assert(
      fc.asyncProperty(
        inOneHour.chain((reports) =>
          fc.tuple(
            fc.constant(reports),
            fc.shuffledSubarray(reports, { minLength: reports.length, maxLength: reports.length }),
            fc.nat({ max: 7 }),
          ),
        ),
        async ([reports, shuffled, crashAt]) => {
          const folder = folderInMemory();
          const dimension = meter === 'sum' ? sumOf('requests', { decimals: 6 }) : ofMeter(meter, { within: 'hour' });
          let ledger = await openIn(folder, { dimensions: [dimension] });
          for (const [index, { at, level, source }] of shuffled.entries()) {
            if (index === crashAt) {
              ledger.abandon();
              ledger = await openIn(folder, { dimensions: [dimension] });
            }
            const more = meter === 'unique' ? { source: String(source) } : {};
            await take(ledger, [
              reportOf(meter === 'unique' ? 1 : quantity.format(level), {
                at: startOf(TEN) + at,
                dated: true,
                ...more,
              }),
            ]);
          }
          const levels = reports.map(({ level }) => exact(level));
          const newest = reports.toSorted((a, b) => b.at - a.at)[0];
          const expected = {
            sum: levels.reduce((sum, one) => sum.plus(one), new Exact(0)),
            max: Decimal.max(...levels),
            last: newest === undefined ? new Exact(0) : exact(newest.level),
            unique: new Exact(new Set(reports.map(({ source }) => source)).size),
          }[meter];
          expect(new Exact(String([...ledger.books.lines()][0]?.['counted'])).toFixed()).toBe(expected.toFixed());
          ledger.abandon();
          rmSync(folder, { recursive: true });
        },
      ),
      { numRuns: 25 },
    );
  },
);

test('an average is frozen as of now, not as of the last sign of life', async () => {
  const { clock, scheduler, advanceTo } = makeVirtualTime(NOW);
  const folder = folderInMemory();
  const ledger = await openIn(folder, { dimensions: [ofMeter('average', { decimals: 6 })], clock, scheduler });
  const taken = ledger.append({ reports: [reportOf(3600, { at: NOW })], arrival: NOW }, (hour) => ({
    hour,
    late: false,
  }));
  await advanceTo(NOW + 30_000);
  await taken;
  expect(quantity.format(freezeIn(ledger, TEN)?.quantity ?? quantity.ZERO)).toBe('30');
  ledger.abandon();
  rmSync(folder, { recursive: true });
});
