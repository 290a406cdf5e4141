import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from '@jest/globals';
import type { OpenLedger } from '../../../../src/agent/io/ledger/ledger.ts';
import { newFolder, openIn, reportOf, TEN, take } from '../../../support/ledgerOnDisk.ts';
import { makeVirtualTime } from '../../../support/virtualTime.ts';

const open = async (folder: string) => {
  const time = makeVirtualTime(Date.parse('2026-03-01T10:10Z'));
  const ledger = await openIn(folder, { clock: time.clock, scheduler: time.scheduler });
  return { ledger, wait: (ms: number) => time.advanceTo(time.clock.wall() + ms) };
};

const nested = (): string => {
  const folder = join(newFolder(), 'ledger');
  mkdirSync(folder);
  return folder;
};

/** Dies with all that it has open, and without a word: only what lies in the folder is left. */
const counted = async (folder: string): Promise<bigint | undefined> => {
  const copy = newFolder();
  for (const name of readdirSync(folder)) {
    if (!name.endsWith('.sock')) copyFileSync(join(folder, name), join(copy, name));
  }
  const next = await openIn(copy);
  try {
    expect(next.books.check().findings).toEqual([]);
    expect(next.reading().overview.losses).toEqual([]);
    return next.books.accounts()[0]?.acknowledged.digits;
  } finally {
    next.close();
  }
};

const TAKEN: readonly (readonly [string, (folder: string) => void])[] = [
  ['its file was deleted', (folder) => rmSync(join(folder, 'ledger.db'))],
  ['its log was deleted', (folder) => rmSync(join(folder, 'ledger.db-wal'))],
  [
    'everything in its folder was deleted',
    (folder) => {
      for (const name of readdirSync(folder)) rmSync(join(folder, name));
    },
  ],
  ['its folder was deleted', (folder) => rmSync(folder, { recursive: true })],
  ['its folder was renamed', (folder) => renameSync(folder, `${folder}.old`)],
  [
    'its folder was renamed and an empty one made',
    (folder) => {
      renameSync(folder, `${folder}.old`);
      mkdirSync(folder);
    },
  ],
  [
    'an older copy was put in its place',
    (folder) => {
      copyFileSync(join(folder, 'ledger.db'), join(folder, 'copy'));
      renameSync(join(folder, 'copy'), join(folder, 'ledger.db'));
    },
  ],
  [
    'a strange file was put in its place',
    (folder) => {
      writeFileSync(join(folder, 'strange'), 'no ledger');
      renameSync(join(folder, 'strange'), join(folder, 'ledger.db'));
    },
  ],
  [
    "another application's database was put in its place, with a log",
    (folder) => {
      const db = new DatabaseSync(join(folder, 'strange'));
      db.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1)');
      for (const suffix of ['', '-wal'])
        copyFileSync(join(folder, `strange${suffix}`), join(folder, `strange2${suffix}`));
      db.close();
      for (const suffix of ['', '-wal'])
        renameSync(join(folder, `strange2${suffix}`), join(folder, `ledger.db${suffix}`));
    },
  ],
];

test.each(TAKEN)(
  '%s under an open ledger: what is acknowledged then is there for the next process',
  async (_, take1) => {
    const folder = nested();
    const { ledger } = await open(folder);
    await take(ledger, [reportOf(40, { id: 'a' })]);
    take1(folder);
    expect(await take(ledger, [reportOf(2, { id: 'b' })])).toMatchObject({ accepted: 1 });
    expect(await counted(folder)).toBe(42n);
    expect(await take(ledger, [reportOf(40, { id: 'a' }), reportOf(2, { id: 'b' })])).toMatchObject({ duplicates: 2 });
    const { rescues, trouble } = ledger.reading();
    expect(rescues).toMatchObject([{ why: expect.stringMatching(/is gone|another file lies in the place of/) }]);
    expect(trouble).toBeUndefined();
    ledger.close();
    expect(await counted(folder)).toBe(42n);
  },
);

test('a repeated id alone is answered only when the ledger is in its place again', async () => {
  const folder = nested();
  const { ledger } = await open(folder);
  await take(ledger, [reportOf(40, { id: 'a' })]);
  rmSync(folder, { recursive: true });
  expect(await take(ledger, [reportOf(40, { id: 'a' })])).toMatchObject({ duplicates: 1 });
  expect(await counted(folder)).toBe(40n);
  ledger.close();
});

test('a sign of life brings it back as well, and the hours that were sent with it', async () => {
  const folder = nested();
  const { ledger } = await open(folder);
  await take(ledger, [reportOf(40)]);
  const before = readdirSync(folder).toSorted();
  let told = 0;
  ledger.onRescue(() => {
    told += 1;
  });
  rmSync(folder, { recursive: true });
  ledger.alive();
  expect(readdirSync(folder).toSorted()).toEqual(before);
  expect(told).toBe(1);
  expect(await counted(folder)).toBe(40n);
  ledger.close();
});

const blocked = async (folder: string) => {
  const { ledger, wait } = await open(folder);
  await take(ledger, [reportOf(40, { id: 'a' })]);
  return { ledger, wait };
};

test('where it cannot be written anew nobody is told that anything was counted; when it can, all is there once', async () => {
  const folder = nested();
  const { ledger, wait } = await blocked(folder);
  renameSync(folder, `${folder}.old`);
  writeFileSync(folder, 'in the way');
  const receipt = await take(ledger, [reportOf(2, { id: 'b' })]);
  expect(receipt).toMatchObject({ kind: 'unavailable', uncertain: true, reason: expect.stringContaining('is gone') });
  expect(await take(ledger, [reportOf(40, { id: 'a' })])).toMatchObject({ kind: 'unavailable' });
  expect(ledger.reading().trouble).toContain('is gone');
  await wait(3_000);
  expect(() => ledger.alive()).toThrow(expect.objectContaining({ code: 'ledger_unavailable' }));
  rmSync(folder);
  await wait(3_000);
  expect(await take(ledger, [reportOf(2, { id: 'b' })])).toMatchObject({ duplicates: 1 });
  expect(await counted(folder)).toBe(42n);
  ledger.close();
});

test('a ledger that another process holds is not put aside, and ours comes back when it has gone', async () => {
  const folder = nested();
  const { ledger, wait } = await blocked(folder);
  renameSync(folder, `${folder}.old`);
  mkdirSync(folder);
  const other: OpenLedger = await openIn(folder, { resource: 'task/two' });
  expect(await take(ledger, [reportOf(2, { id: 'b' })])).toMatchObject({
    kind: 'unavailable',
    reason: expect.stringContaining('another process holds'),
  });
  await take(other, [reportOf(5)]);
  expect(other.books.accounts()[0]?.acknowledged.digits).toBe(5n);
  other.close();
  await wait(3_000);
  expect(await take(ledger, [reportOf(2, { id: 'b' })])).toMatchObject({ duplicates: 1 });
  expect(readdirSync(folder).some((name) => name.startsWith('ledger.db.broken-'))).toBe(true);
  expect(await counted(folder)).toBe(42n);
  ledger.close();
});

test('a rescue that was cut off before its last step is finished by the next process', async () => {
  const folder = nested();
  const { ledger } = await open(folder);
  await take(ledger, [reportOf(40)]);
  ledger.close();
  renameSync(join(folder, 'ledger.db'), join(folder, 'ledger.db.rescued'));
  writeFileSync(join(folder, 'ledger.db.rescuing'), 'half of another one');
  const next = await openIn(folder);
  expect(next.id).toBe(ledger.id);
  expect(next.books.accounts()[0]?.acknowledged.digits).toBe(40n);
  expect(readdirSync(folder).filter((name) => name.includes('rescu'))).toEqual([]);
  next.close();
});

test('what a log holds is in the file, and synced, before anybody is told that it is known', async () => {
  const [folder, copy] = [newFolder(), newFolder()];
  const ledger = await openIn(folder);
  await take(ledger, [reportOf(40, { id: 'a' })]);
  for (const name of ['ledger.db', 'ledger.db-wal', 'sent-hours']) copyFileSync(join(folder, name), join(copy, name));
  ledger.close();
  const next = await openIn(copy);
  const file = newFolder();
  copyFileSync(join(copy, 'ledger.db'), join(file, 'ledger.db'));
  const alone = await openIn(file);
  expect(await take(alone, [reportOf(40, { id: 'a' })])).toMatchObject({ duplicates: 1 });
  for (const one of [alone, next]) one.close();
});

test('an error of the disk and a file that is gone: what was acknowledged comes back from the open connection', async () => {
  const folder = nested();
  const { ledger, wait } = await blocked(folder);
  expect(() =>
    ledger.freeze('requests', TEN, () => {
      throw Object.assign(new Error('disk I/O error'), { errcode: 10 });
    }),
  ).toThrow(expect.objectContaining({ code: 'ledger_uncertain' }));
  rmSync(folder, { recursive: true });
  expect(await take(ledger, [reportOf(40, { id: 'a' })])).toMatchObject({ kind: 'unavailable' });
  await wait(3_000);
  expect(await take(ledger, [reportOf(40, { id: 'a' })])).toMatchObject({ duplicates: 1 });
  expect(await counted(folder)).toBe(40n);
  expect(existsSync(join(dirname(folder), 'ledger', 'sent-hours'))).toBe(true);
  ledger.close();
});
