import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { HOUR, hourOf, MINUTE } from '../../src/agent/core/time/hour.ts';
import { newFolder, openIn, reportOf } from '../support/ledgerOnDisk.ts';
import { makeVirtualTime } from '../support/virtualTime.ts';

const MIB = 1024 * 1024;
const HOURS = 36;
const REPORTS_AN_HOUR = 1_000;

test('O41: many hours of reports under a slow reader: the log is bounded, small when idle, and the folder keeps its bound', async () => {
  const folder = newFolder();
  const time = makeVirtualTime(Date.parse('2026-03-01T00:00Z'));
  const ledger = await openIn(folder, time, { dedupe: { keep: 6 * HOUR, least: HOUR } });
  const sizeOf = (name: string): number => statSync(join(folder, name)).size;
  const all = (): number => readdirSync(folder).reduce((sum, name) => sum + sizeOf(name), 0);
  let [longest, widest, reader] = [0, 0, ledger.books.lines()[Symbol.iterator]()];
  const whole: number[] = [];

  for (let hour = 0; hour < HOURS; hour += 1) {
    for (let batch = 0; batch < 10; batch += 1) {
      const now = time.clock.wall();
      const reports = Array.from({ length: REPORTS_AN_HOUR / 10 }, (_, n) =>
        reportOf(1, { id: `${hour} ${batch} ${n}`, at: now }),
      );
      const receipt = await ledger.append({ reports, arrival: now }, (named) => ({ hour: named, late: false }));
      expect(receipt).toMatchObject({ accepted: reports.length });
      // A reader that takes one line for hundreds of reports.
      if (reader.next().done === true) reader = ledger.books.lines()[Symbol.iterator]();
      await time.advanceTo(now + 6 * MINUTE);
      ledger.tick(hourOf(time.clock.wall()));
      longest = Math.max(longest, sizeOf('ledger.db-wal'));
      widest = Math.max(widest, all());
    }
    whole.push(sizeOf('ledger.db'));
  }
  expect(longest).toBeLessThan(64 * MIB);
  // Idle: no reports between two looks.
  for (let minute = 0; minute < 2; minute += 1) {
    await time.advanceTo(time.clock.wall() + MINUTE);
    ledger.tick(hourOf(time.clock.wall()));
  }
  expect(sizeOf('ledger.db-wal')).toBeLessThan(64 * 1024);
  // Once the window of ids is full the file stays as it is.
  expect(whole.at(-1)).toBeLessThanOrEqual((whole[12] ?? 0) * 1.1);
  expect(widest).toBeLessThan(12 * MIB);
  ledger.close();
}, 60_000);
