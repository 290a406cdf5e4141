import { existsSync, mkdirSync, renameSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { HOUR } from '../../../src/agent/core/time/hour.ts';
import { newFolder, openIn, reportOf, TEN, take } from '../../support/ledgerOnDisk.ts';
import { makeVirtualTime } from '../../support/virtualTime.ts';

/** As SQLite says it when the disk answers a write with an error. */
const diskFails = (): never => {
  throw Object.assign(new Error('disk I/O error'), { errcode: 10 });
};

const open = async (folder: string) => {
  const time = makeVirtualTime(Date.parse('2026-03-01T10:10Z'));
  const ledger = await openIn(folder, { clock: time.clock, scheduler: time.scheduler });
  return { ledger, wait: (ms: number) => time.advanceTo(time.clock.wall() + ms) };
};

/** The disk has failed, and when the file was to be opened again it failed once more: no connection is left. */
const cutOff = async ({ ledger, wait }: Awaited<ReturnType<typeof open>>, folder: string): Promise<void> => {
  expect(() => ledger.freeze('requests', TEN, diskFails)).toThrow();
  const journal = join(folder, 'ledger.db-journal');
  mkdirSync(journal);
  await wait(3_000);
  expect(await take(ledger, [reportOf(2)])).toMatchObject({ kind: 'unavailable' });
  rmdirSync(journal);
};

test('after an error of the disk the ledger is opened again, and goes on with what it had', async () => {
  const { ledger, wait } = await open(newFolder());
  await take(ledger, [reportOf(40, { id: 'a' })]);
  expect(() => ledger.freeze('requests', TEN, diskFails)).toThrow(
    expect.objectContaining({ code: 'ledger_uncertain' }),
  );
  expect(await take(ledger, [reportOf(1)])).toMatchObject({ kind: 'unavailable' });
  await wait(3_000);
  expect(await take(ledger, [reportOf(40, { id: 'a' })])).toMatchObject({ accepted: 0, duplicates: 1 });
  expect(ledger.reading().trouble).toBeUndefined();
  ledger.close();
});

test('a ledger that nobody reports to is opened again by the next sign of life', async () => {
  const agent = await open(newFolder());
  const { ledger, wait } = agent;
  await take(ledger, [reportOf(40)]);
  expect(() => ledger.freeze('requests', TEN, diskFails)).toThrow();
  expect(() => ledger.agenda()).toThrow(expect.objectContaining({ code: 'ledger_unavailable' }));
  await wait(3_000);
  ledger.alive();
  expect(ledger.agenda().open).toHaveLength(1);
  expect(ledger.reading().trouble).toBeUndefined();
  ledger.close();
});

test('an empty folder in the place of the ledger is never taken for it, and no new one is made there', async () => {
  const folder = newFolder();
  const agent = await open(folder);
  const { ledger, wait } = agent;
  await take(ledger, [reportOf(40)]);
  expect(ledger.reading().trouble).toBeUndefined();
  await cutOff(agent, folder);
  // What was read last is still shown.
  expect(ledger.reading()).toMatchObject({ trouble: expect.any(String), overview: { open: [{ hour: TEN }] } });
  for (const name of ['ledger.db', 'ledger.db-wal']) {
    if (existsSync(join(folder, name))) renameSync(join(folder, name), join(folder, `${name}.away`));
  }
  await wait(3_000);
  expect(await take(ledger, [reportOf(2)])).toMatchObject({
    kind: 'unavailable',
    reason: expect.stringContaining('is gone'),
  });
  expect(existsSync(join(folder, 'ledger.db'))).toBe(false);
  // The door asks this with every request: what it cannot write it still has to answer.
  expect(ledger.dedupeWindow()).toBe(24 * HOUR);
  for (const name of ['ledger.db', 'ledger.db-wal']) {
    if (existsSync(join(folder, `${name}.away`))) renameSync(join(folder, `${name}.away`), join(folder, name));
  }
  await wait(3_000);
  expect(await take(ledger, [reportOf(2)])).toMatchObject({ accepted: 1 });
  expect(ledger.books.accounts()[0]?.acknowledged.digits).toBe(42n);
  ledger.close();
});

test('another ledger in its place is refused, and lets the right one come back', async () => {
  const [folder, other] = [newFolder(), newFolder()];
  (await open(other)).ledger.close();
  const agent = await open(folder);
  const { ledger, wait } = agent;
  await take(ledger, [reportOf(40)]);
  await cutOff(agent, folder);
  renameSync(join(folder, 'ledger.db'), join(folder, 'away'));
  if (existsSync(join(folder, 'ledger.db-wal'))) renameSync(join(folder, 'ledger.db-wal'), join(folder, 'away-wal'));
  renameSync(join(other, 'ledger.db'), join(folder, 'ledger.db'));
  await wait(3_000);
  expect(await take(ledger, [reportOf(2)])).toMatchObject({ reason: expect.stringContaining('another ledger') });
  renameSync(join(folder, 'away'), join(folder, 'ledger.db'));
  if (existsSync(join(folder, 'away-wal'))) renameSync(join(folder, 'away-wal'), join(folder, 'ledger.db-wal'));
  await wait(3_000);
  expect(await take(ledger, [reportOf(2)])).toMatchObject({ accepted: 1 });
  ledger.close();
});
