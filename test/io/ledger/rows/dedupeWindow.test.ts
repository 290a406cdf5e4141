import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from '@jest/globals';
import { DAY, HOUR, type Hour, hourOf, startOf } from '../../../../src/agent/core/time/hour.ts';
import type { OpenLedger } from '../../../../src/agent/io/ledger/ledger.ts';
import { newFolder, openIn, reportOf } from '../../../support/ledgerOnDisk.ts';
import { makeVirtualTime } from '../../../support/virtualTime.ts';

const START = Date.parse('2026-03-01T10:10Z');

const world = async (keep: number, least: number, maxBytes = 2 ** 28, folder = newFolder()) => {
  const time = makeVirtualTime(START);
  const ledger = await openIn(
    folder,
    { clock: time.clock, scheduler: time.scheduler },
    { dedupe: { keep, least }, maxBytes },
  );
  return { ledger, time, folder };
};

/** Hands in reports with ids at this moment; answers how many were new, or undefined where nothing was taken. */
const hand = async (ledger: OpenLedger, ids: readonly string[], at: number): Promise<number | undefined> => {
  const receipt = await ledger.append({ reports: ids.map((id) => reportOf(1, { id, at })), arrival: at }, (named) => ({
    hour: named,
    late: false,
  }));
  return receipt.kind === 'accepted' ? receipt.accepted : undefined;
};

const idTables = (folder: string): number => {
  const db = new DatabaseSync(join(folder, 'ledger.db'));
  const { n } =
    db.prepare(`SELECT count(*) AS n FROM sqlite_schema WHERE type = 'table' AND name GLOB 'ids_*'`).get() ?? {};
  db.close();
  return Number(n);
};

test('however long ids are kept, some two dozen tables hold them; each is known so long and not much longer', async () => {
  const { ledger, time, folder } = await world(30 * DAY, HOUR);
  await hand(ledger, ['first'], time.clock.wall());
  for (let hour = 1; hour < 720; hour += 1) {
    await time.advanceTo(START + hour * HOUR);
    await hand(ledger, [`${hour}`], time.clock.wall());
    ledger.tick(hourOf(time.clock.wall()));
  }
  expect(await hand(ledger, ['first', '1', '360', '719'], time.clock.wall())).toBe(0);
  await time.advanceTo(START + 32 * DAY);
  ledger.tick(hourOf(time.clock.wall()));
  expect(await hand(ledger, ['first', '719'], time.clock.wall())).toBe(1);
  ledger.close();
  expect(idTables(folder)).toBeLessThan(30);
});

test('a window that is set shorter, then longer, forgets nothing early', async () => {
  const long = await world(30 * DAY, HOUR);
  await hand(long.ledger, ['a'], START);
  long.ledger.close();
  const short = await world(DAY, HOUR, 2 ** 28, long.folder);
  await hand(short.ledger, ['b'], START);
  short.ledger.tick(hourOf(START));
  expect(await hand(short.ledger, ['a', 'b'], START)).toBe(0);
  short.ledger.close();
  const again = await world(30 * DAY, HOUR, 2 ** 28, long.folder);
  expect(await hand(again.ledger, ['a', 'b'], START)).toBe(0);
  again.ledger.close();
});

test.each([
  ['24h', DAY],
  ['30d', 30 * DAY],
])('with ids kept %s a ledger that fills up shrinks its window, says so, and never below least', async (_, keep) => {
  const { ledger, time } = await world(keep, 2 * HOUR, 2_000_000);
  const windows: number[] = [];
  let refused = 0;
  for (let hour = 0; hour < 40; hour += 1) {
    await time.advanceTo(START + hour * HOUR);
    const now = time.clock.wall();
    const ids = Array.from({ length: 1500 }, (__, n) => `${hour}-${n}`);
    if ((await hand(ledger, ids, now)) === undefined) refused += 1;
    ledger.tick(hourOf(now));
    const { dedupe, bytes } = ledger.reading();
    windows.push(dedupe);
    expect(bytes).toBeLessThan(2_000_000);
    // Whatever lies within the window in force is known.
    if (refused === 0 && hour > 2) expect(await hand(ledger, [`${hour - 1}-7`], now)).toBe(0);
  }
  expect(refused).toBe(0);
  expect(windows[0]).toBe(keep);
  expect(Math.min(...windows)).toBeLessThan(DAY);
  expect(Math.min(...windows)).toBeGreaterThanOrEqual(2 * HOUR);
  ledger.close();
});

test('ids within least are kept even when the ledger is full: the door says no instead', async () => {
  const { ledger, time } = await world(DAY, 12 * HOUR, 1_000_000);
  let hour = 0;
  for (; hour < 11; hour += 1) {
    await time.advanceTo(START + hour * HOUR);
    const ids = Array.from({ length: 2000 }, (__, n) => `${hour}-${n}`);
    if ((await hand(ledger, ids, time.clock.wall())) === undefined) break;
    ledger.tick(hourOf(time.clock.wall()));
  }
  expect(hour).toBeLessThan(11);
  expect(ledger.dedupeWindow()).toBe(DAY);
  expect(ledger.reading().trouble).toContain('full');
  // It recovers by itself as time goes by.
  const later = startOf((hourOf(START) + hour + 13) as Hour);
  await time.advanceTo(later);
  ledger.tick(hourOf(later));
  expect(await hand(ledger, ['new'], later)).toBe(1);
  expect(ledger.dedupeWindow()).toBeGreaterThanOrEqual(12 * HOUR);
  expect(ledger.reading().trouble).toBeUndefined();
  ledger.close();
});
