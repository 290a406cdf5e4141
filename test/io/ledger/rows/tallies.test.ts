import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from '@jest/globals';
import { newFolder, openIn, reportOf, TEN, take } from '../../../support/ledgerOnDisk.ts';
import { sumOf } from '../../../support/tollWorld.ts';

const talliesIn = (folder: string) => {
  const db = new DatabaseSync(join(folder, 'ledger.db'));
  const rows = db.prepare('SELECT hour, tags, counted, reports FROM tally ORDER BY hour, tags').all();
  db.close();
  return rows.map((row) => ({ ...row }));
};

/** A ledger in a folder of its own, closed and read at the end. */
const counted = async (reports: readonly Parameters<typeof reportOf>[], batch = 1_000) => {
  const folder = newFolder();
  const ledger = await openIn(folder);
  let untagged = 0;
  for (let from = 0; from < reports.length; from += batch) {
    const receipt = await take(
      ledger,
      reports.slice(from, from + batch).map((one) => reportOf(...one)),
    );
    if (receipt.kind === 'accepted') untagged += receipt.untagged;
  }
  const findings = ledger.books.check();
  ledger.close();
  const rows = talliesIn(folder);
  rmSync(folder, { recursive: true });
  return { rows, untagged, findings };
};

test('reports count in their own tag set, whatever the order of their keys', async () => {
  const tags = { team: 'blue', ['__proto__']: 'x' };
  const turned = Object.fromEntries(Object.entries(tags).reverse());
  const { rows, untagged, findings } = await counted([
    [3, { tags }],
    [4, { tags: turned }],
    [5],
    [6, { tags: {} }],
    [7, { tags: { team: 'red', constructor: 'y' } as Record<string, string> }],
    [8, { tags: { team: 'not,taken' } }],
  ]);
  expect(untagged).toBe(1);
  expect(findings.findings).toEqual([]);
  expect(rows).toEqual([
    { hour: TEN, tags: '', counted: '19', reports: 3 },
    { hour: TEN, tags: '[["__proto__","x"],["team","blue"]]', counted: '7', reports: 2 },
    { hour: TEN, tags: '[["constructor","y"],["team","red"]]', counted: '7', reports: 1 },
  ]);
});

test('beyond 4,096 tag sets in an hour reports count untagged, and are told so', async () => {
  const reports = Array.from({ length: 4_200 }, (_, n) => [1, { tags: { session: String(n) } }] as const);
  const again = [
    [1, { tags: { session: '17' } }],
    [1, { tags: { session: '4199' } }],
  ] as const;
  const { rows, untagged } = await counted([...reports, ...again].map((one) => [...one]));
  expect(rows).toHaveLength(4_097);
  expect(untagged).toBe(4_200 - 4_096 + 1);
  expect(rows.find((row) => row['tags'] === '')).toMatchObject({ counted: '105' });
  expect(rows.find((row) => row['tags'] === '[["session","17"]]')).toMatchObject({ counted: '2' });
});

test('a sixth key in an hour counts untagged: AWS takes five in all sets of a record together', async () => {
  const keys = ['a', 'b', 'c', 'd', 'e', 'f'];
  const { rows, untagged } = await counted(
    keys.map((key) => [1, { tags: { [key]: 'x' } }]),
    1,
  );
  expect(untagged).toBe(1);
  expect(rows).toHaveLength(6);
});

test('a batch that is refused takes no room', async () => {
  const folder = newFolder();
  const ledger = await openIn(folder, { dimensions: [sumOf('requests')] });
  await take(ledger, [reportOf(1, { id: 'x' })]);
  const refused = await take(ledger, [
    ...['a', 'b', 'c', 'd', 'e'].map((key) => reportOf(1, { tags: { [key]: 'x' } })),
    reportOf(2, { id: 'x' }),
  ]);
  expect(refused.kind).toBe('conflict');
  expect(await take(ledger, [reportOf(1, { tags: { f: 'x' } })])).toMatchObject({ untagged: 0 });
  ledger.abandon();
  rmSync(folder, { recursive: true });
});
