import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from '@jest/globals';
import { next, stampOf } from '../../../src/agent/core/time/hour.ts';
import { firstFree } from '../../../src/agent/core/time/place.ts';
import { freeze } from '../../../src/agent/core/usage/freeze.ts';
import * as quantity from '../../../src/agent/core/usage/quantity.ts';
import type { Report } from '../../../src/agent/core/usage/report.ts';
import { openDeadLedger } from '../../../src/agent/io/ledger/books/deadLedger.ts';
import type { OpenLedger } from '../../../src/agent/io/ledger/ledger.ts';
import { NOW, newFolder, openIn, reportOf, TEN, take } from '../../support/ledgerOnDisk.ts';
import { sumOf } from '../../support/tollWorld.ts';
import { makeVirtualTime } from '../../support/virtualTime.ts';

const RULES = { resource: 'task/one', timestamp: stampOf(TEN), maxPerHour: undefined, zero: false, ceil: false };

const send = (ledger: OpenLedger) => ledger.freeze('requests', TEN, (open) => ({ frozen: freeze(open, RULES) }));

/** A ledger whose open hour has gone to AWS already (a last flush), and a report after it. */
const used = async (folder: string): Promise<OpenLedger> => {
  const ledger = await openIn(folder);
  await take(ledger, [reportOf(5)]);
  send(ledger);
  return ledger;
};

const placed = (ledger: OpenLedger, count: number, more: Partial<Report> = {}) =>
  ledger.append({ reports: [reportOf(count, more)], arrival: NOW }, (named, taken) => ({
    hour: firstFree(named, taken),
    late: false,
  }));

const file = (folder: string): string => join(folder, 'ledger.db');

const LOST: readonly (readonly [string, (folder: string) => void])[] = [
  ['deleted', (folder) => rmSync(file(folder))],
  ['overwritten', (folder) => writeFileSync(file(folder), 'x'.repeat(20_000))],
  ['cut in half', (folder) => truncateSync(file(folder), Math.floor(statSync(file(folder)).size / 2 / 4096) * 4096)],
  ['cut within a page', (folder) => truncateSync(file(folder), 10_000)],
  ['emptied', (folder) => truncateSync(file(folder), 0)],
  [
    'damaged in its middle',
    (folder) => {
      const bytes = readFileSync(file(folder));
      bytes.fill(0xa5, 4096 * 2, bytes.length - 4096);
      writeFileSync(file(folder), bytes);
    },
  ],
  [
    "another application's database",
    (folder) => {
      rmSync(file(folder));
      const db = new DatabaseSync(file(folder));
      db.exec('CREATE TABLE customers (name TEXT); INSERT INTO customers VALUES (1); PRAGMA user_version = 999');
      db.close();
    },
  ],
];

test.each(LOST)(
  'a ledger that was %s: the used hour stays used, and the loss is stated until a person acknowledges it',
  async (_, lose) => {
    const folder = newFolder();
    const old = await used(folder);
    const { id } = old;
    old.close();
    lose(folder);
    const wasThere = existsSync(file(folder)) && statSync(file(folder)).size > 0;
    for (const _start of [1, 2]) {
      const ledger = await openIn(folder);
      expect(ledger.id).not.toBe(id);
      expect(ledger.reading().overview.losses).toMatchObject([
        { id: 1, what: expect.stringContaining('requests 2026-03-01T10Z') },
      ]);
      await placed(ledger, 7);
      expect(send(ledger)).toBeUndefined();
      expect(ledger.agenda().open).toEqual([{ dimension: 'requests', hour: next(TEN) }]);
      expect(ledger.idleHours('requests')).toEqual([]);
      ledger.close();
    }
    expect(readdirSync(folder).some((name) => name.startsWith('ledger.db.broken-2026-03-01T1010'))).toBe(wasThere);
    const dead = openDeadLedger(folder);
    expect(() => dead?.books.acknowledge(2, 'x', NOW)).toThrow('no loss has the number 2');
    dead?.books.acknowledge(1, 'told finance', NOW);
    expect(() => dead?.books.acknowledge(1, 'twice', NOW)).toThrow('already');
    dead?.close();
    const after = await openIn(folder);
    expect(after.reading().overview.losses).toEqual([]);
    expect(after.books.check().findings).toEqual([]);
    after.close();
  },
);

test("another application's database is put aside as it was", async () => {
  const folder = newFolder();
  const db = new DatabaseSync(file(folder));
  db.exec('CREATE TABLE customers (name TEXT) STRICT');
  db.close();
  const before = readFileSync(file(folder));
  expect(() => openDeadLedger(folder)).toThrow(expect.objectContaining({ code: 'ledger_broken', exitCode: 73 }));
  expect(readFileSync(file(folder)).equals(before)).toBe(true);
  (await openIn(folder)).close();
  const aside = readdirSync(folder).find((name) => name.startsWith('ledger.db.broken')) ?? '';
  expect(readFileSync(join(folder, aside)).equals(before)).toBe(true);
});

test('a log that was deleted takes the ledger back: usage of an hour that was sent waits for a person', async () => {
  const folder = newFolder();
  const ledger = await openIn(folder);
  await take(ledger, [reportOf(5)]);
  ledger.close();
  const before = newFolder();
  copyFileSync(file(folder), file(before));
  const again = await openIn(folder);
  send(again);
  again.abandon();
  copyFileSync(file(before), file(folder));
  const back = await openIn(folder);
  expect(back.reading().overview.losses).toMatchObject([{ what: expect.stringContaining('older state') }]);
  expect(back.agenda()).toEqual({ open: [], unsettled: [] });
  expect([...back.books.lines()]).toMatchObject([{ state: 'quarantined', quantity: '5', doubt: true }]);
  expect(back.books.check().findings).toEqual([]);
  back.close();
  const later = await openIn(folder);
  expect(later.reading().overview.losses).toHaveLength(1);
  later.close();
});

test('a ledger that went back counts no growth of a counter again', async () => {
  const folder = newFolder();
  const dimensions = [{ ...sumOf('requests'), meter: 'counter' } as const];
  const open = () => openIn(folder, { dimensions });
  const read = async (ledger: OpenLedger, value: number) => {
    const receipt = await placed(ledger, value, { source: 'a' });
    return receipt.kind === 'accepted' ? receipt.uncounted?.map(({ why }) => why) : receipt.kind;
  };
  const ledger = await open();
  expect(await read(ledger, 100)).toEqual(['first']);
  ledger.close();
  const before = newFolder();
  copyFileSync(file(folder), file(before));
  const again = await open();
  expect(await read(again, 600)).toBeUndefined();
  send(again);
  again.abandon();
  copyFileSync(file(before), file(folder));
  const back = await open();
  expect(await read(back, 610)).toEqual(['first']);
  expect(await read(back, 611)).toBeUndefined();
  expect(back.books.accounts()).toMatchObject([{ acknowledged: quantity.of(1) }]);
  back.close();
});

test('a first start, and a start after a crash in the middle of a line, state no loss', async () => {
  const folder = newFolder();
  const ledger = await used(folder);
  expect(ledger.reading().overview.losses).toEqual([]);
  ledger.abandon();
  appendFileSync(join(folder, 'sent-hours'), '["2026-03-01T1');
  const again = await openIn(folder);
  expect(again.reading().overview.losses).toEqual([]);
  again.begin(again.agenda().unsettled[0]?.token ?? '');
  expect(readFileSync(join(folder, 'sent-hours'), 'utf8')).toMatch(
    /^#.*\n\["2026-03-01T10Z","requests","task\/one","[0-9a-f]{64}"\]\n$/,
  );
  again.close();
});

test('nothing is sent while its line cannot be written, and then there is no doubt', async () => {
  const folder = newFolder();
  const ledger = await openIn(folder);
  await take(ledger, [reportOf(5)]);
  rmSync(join(folder, 'sent-hours'));
  // A folder in the place of the file: even root cannot write there.
  mkdirSync(join(folder, 'sent-hours'));
  expect(() => send(ledger)).toThrow(expect.objectContaining({ code: 'ledger_unavailable' }));
  const [record] = ledger.agenda().unsettled;
  expect(record).toMatchObject({ state: 'waiting', doubt: false });
  expect(() => ledger.begin(record?.token ?? '')).toThrow(expect.objectContaining({ code: 'ledger_unavailable' }));
  rmSync(join(folder, 'sent-hours'), { recursive: true });
  expect(ledger.begin(record?.token ?? '')).toMatchObject({ state: 'sending', doubt: false });
  expect(readFileSync(join(folder, 'sent-hours'), 'utf8')).toContain(record?.token);
  ledger.close();
});

test('the file stays short, and keeps what may still matter', async () => {
  const folder = newFolder();
  const ledger = await openIn(folder);
  for (let back = 1200; back >= 0; back -= 1) {
    const hour = (TEN - back) as typeof TEN;
    await take(ledger, [reportOf(1, { at: NOW - back * 3_600_000 })]);
    ledger.freeze('requests', hour, (open) => ({ frozen: freeze(open, { ...RULES, timestamp: stampOf(hour) }) }));
    if (back % 100 === 0) ledger.tick(hour);
  }
  const lines = readFileSync(join(folder, 'sent-hours'), 'utf8').split('\n');
  expect(lines.length).toBeLessThan(700);
  expect(lines.filter((line) => line.includes('2026-03-01T'))).toHaveLength(11);
  ledger.close();
});

test('a file that is damaged under a live agent is put aside, and the agent goes on with a new one', async () => {
  const folder = newFolder();
  const time = makeVirtualTime(NOW);
  const ledger = await openIn(folder, { clock: time.clock, scheduler: time.scheduler });
  const { id } = ledger;
  await take(
    ledger,
    Array.from({ length: 2000 }, (_, n) => reportOf(1, { id: `${n}` })),
  );
  send(ledger);
  expect(() =>
    ledger.freeze('peak', TEN, () => {
      throw Object.assign(new Error('disk I/O error'), { errcode: 10 });
    }),
  ).toThrow();
  for (const name of [file(folder), `${file(folder)}-wal`]) writeFileSync(name, Buffer.alloc(40_960, 0x41));
  await time.advanceTo(NOW + 3_000);
  const receipt = await placed(ledger, 7);
  expect(receipt).toMatchObject({ kind: 'accepted', accepted: 1 });
  expect(ledger.id).not.toBe(id);
  expect(ledger.reading()).toMatchObject({ trouble: undefined, overview: { losses: [{ id: 1 }] } });
  expect(ledger.agenda().open).toEqual([{ dimension: 'requests', hour: next(TEN) }]);
  expect(ledger.dedupeWindow()).toBeLessThan(3_600_000);
  ledger.close();
});
