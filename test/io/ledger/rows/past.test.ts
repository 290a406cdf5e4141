import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Outcome } from '../../../../src/agent/core/record/outcome.ts';
import type { LedgerOverview } from '../../../../src/agent/core/record/overview.ts';
import { DAY, HOUR, type Hour, hourOf, stampOf, startOf } from '../../../../src/agent/core/time/hour.ts';
import { freeze } from '../../../../src/agent/core/usage/freeze.ts';
import * as quantity from '../../../../src/agent/core/usage/quantity.ts';
import { openDeadLedger } from '../../../../src/agent/io/ledger/books/deadLedger.ts';
import type { OpenLedger } from '../../../../src/agent/io/ledger/ledger.ts';
import { newFolder, openIn, reportOf } from '../../../support/ledgerOnDisk.ts';
import { sumOf } from '../../../support/tollWorld.ts';
import { makeVirtualTime } from '../../../support/virtualTime.ts';

/** Where memory is the disk, a hundred days take a second. */
const folderInMemory = (): string =>
  mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'tollgate-past-'));

const START = Date.parse('2026-03-01T00:30Z');
const RETAIN = 32 * DAY;
const DIMENSIONS = [
  sumOf('requests'),
  { ...sumOf('sevenths'), per: quantity.of(7) },
  { ...sumOf('peak'), meter: 'max', scope: 'pod' },
] as const;

/** What becomes of a day's record; `late`: a person decides about it so many days later. */
const FATES = ['receipted', 'receipted', 'receipted', 'moved', 'quarantined', 'held', 'conflict', 'waiting'] as const;
type Day = {
  readonly dimension: string;
  readonly count: number;
  readonly fate: (typeof FATES)[number];
  readonly resolvedAfter: number;
};

const outcomeOf = (fate: Day['fate'], hour: Hour): Outcome => {
  const stay = { to: 'stay' } as const;
  if (fate === 'moved') return { state: 'moved', doubt: false, units: { to: 'move', hour: (hour + 1) as Hour } };
  if (fate === 'conflict') return { state: 'conflict', doubt: false, units: { to: 'hold' }, reason: 'three in a row' };
  return { state: fate, doubt: fate === 'quarantined', units: stay };
};

/** Plays the days on a ledger; what is left over is resolved by a person so many days later. */
const live = async (folder: string, retain: number, days: readonly Day[]): Promise<OpenLedger> => {
  const time = makeVirtualTime(START);
  let ledger = await openIn(folder, { ...time, dimensions: DIMENSIONS }, { retain });
  const waiting: { readonly token: string; readonly on: number }[] = [];
  for (const [index, { dimension, count, fate, resolvedAfter }] of days.entries()) {
    const now = time.clock.wall();
    const hour = hourOf(now);
    await ledger.append(
      { reports: [reportOf(count, { dimension, at: now, tags: { team: `${index % 3}` } })], arrival: now },
      (named) => ({ hour: named, late: false }),
    );
    const rules = { resource: 'task/one', timestamp: stampOf(hour), maxPerHour: undefined, zero: false, ceil: false };
    const record = ledger.freeze(dimension, hour, (open) => ({ frozen: freeze(open, rules) }));
    if (record !== undefined) {
      ledger.judge(record, { at: now, line: fate, requestId: undefined, recordId: `id ${index}` }, () =>
        outcomeOf(fate, hour),
      );
      if (['quarantined', 'held', 'waiting'].includes(fate))
        waiting.push({ token: record.token, on: index + resolvedAfter });
    }
    for (const { token } of waiting.filter(({ on }) => on === index)) {
      ledger.books.resolve(
        { token, as: index % 2 === 0 ? 'receipted' : 'unsent', why: 'looked', live: true },
        hour,
        now,
      );
    }
    await time.advanceTo(now + DAY);
    ledger.tick(hourOf(time.clock.wall()));
    if (index % 25 === 24) {
      ledger.close();
      ledger = await openIn(folder, { ...time, dimensions: DIMENSIONS }, { retain });
    }
  }
  return ledger;
};

const dayOf = fc.record({
  dimension: fc.constantFrom('requests', 'requests', 'sevenths', 'peak'),
  count: fc.integer({ min: 0, max: 40 }),
  fate: fc.constantFrom(...FATES),
  resolvedAfter: fc.integer({ min: 1, max: 60 }),
});

const linesOf = (ledger: OpenLedger, since: number) =>
  [...ledger.books.lines()].filter(
    ({ kind, hour }) => kind !== 'past' && Date.parse(String(hour).replace('Z', ':00Z')) >= since,
  );

/** What a status shows, but for conflicts: nobody has to do anything about old ones. */
const pending = ({ records, ...overview }: LedgerOverview) => ({
  ...overview,
  records: records.filter(({ state }) => state !== 'conflict'),
});

test('what is added up says the same as what is kept one by one; the chain and every sum still prove themselves', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(dayOf, { minLength: 70, maxLength: 90 }), async (days) => {
      const [short, long] = [folderInMemory(), folderInMemory()];
      const adding = await live(short, RETAIN, days);
      const keeping = await live(long, 3650 * DAY, days);
      expect(adding.reading().overview.losses).toEqual([]);
      expect(adding.books.check().findings).toEqual([]);
      expect(adding.books.accounts()).toEqual(keeping.books.accounts());
      const { overview } = adding.reading();
      expect(pending(overview)).toEqual(pending(keeping.reading().overview));
      const oldest = startOf((hourOf(START + days.length * DAY) - RETAIN / HOUR) as Hour);
      expect(linesOf(adding, oldest)).toEqual(linesOf(keeping, oldest));
      const all = [...adding.books.lines()];
      const waits = (state: unknown) => ['quarantined', 'held', 'waiting', 'sending'].includes(String(state));
      const last = new Set(overview.lastReceipts.map(({ token }) => token));
      const old = all.filter(
        ({ kind, hour }) => kind === 'record' && Date.parse(String(hour).replace('Z', ':00Z')) < oldest,
      );
      for (const line of old) {
        const isSettledLately = Date.parse(String(line['settled_at'])) >= oldest;
        expect(waits(line['state']) || isSettledLately || last.has(String(line['client_token']))).toBe(true);
      }
      expect(all.filter(({ kind }) => kind === 'past').length).toBeGreaterThan(0);
      for (const ledger of [adding, keeping]) ledger.close();
      const dead = openDeadLedger(short);
      expect(dead?.books.check()).toMatchObject({ ok: true });
      dead?.close();
      for (const folder of [short, long]) rmSync(folder, { recursive: true });
    }),
    { numRuns: 3, endOnFailure: true },
  );
}, 120_000);

const RECEIPTS: readonly Day[] = Array.from({ length: 60 }, () => ({
  dimension: 'requests',
  count: 5,
  fate: 'receipted',
  resolvedAfter: 1,
}));

test.each([
  [
    'the first record after the cut is taken away',
    'DELETE FROM record WHERE serial = (SELECT min(serial) FROM record)',
  ],
  ['a record is changed', `UPDATE record SET quantity = '6' WHERE serial = (SELECT max(serial) FROM record)`],
  ['a sum is changed', `UPDATE past SET units = '6' WHERE state = 'receipted'`],
  ['sums are taken away', 'DELETE FROM past'],
])('%s: the check says so', async (_, sql) => {
  const folder = newFolder();
  (await live(folder, RETAIN, RECEIPTS)).close();
  const db = new DatabaseSync(join(folder, 'ledger.db'));
  db.exec(sql);
  db.close();
  const dead = openDeadLedger(folder);
  expect(dead?.books.check()).toMatchObject({ ok: false });
  dead?.close();
});
