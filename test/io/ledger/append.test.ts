import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { HOUR } from '../../../src/agent/core/time/hour.ts';
import * as quantity from '../../../src/agent/core/usage/quantity.ts';
import { NOW, newFolder, openIn, reportOf, take } from '../../support/ledgerOnDisk.ts';

const counted = (ledger: Awaited<ReturnType<typeof openIn>>) =>
  quantity.format(
    ledger.books.accounts().find(({ dimension }) => dimension === 'requests')?.acknowledged ?? quantity.ZERO,
  );

test('O01: four posts with one id count once, on two connections and over a crash', async () => {
  const folder = newFolder();
  let ledger = await openIn(folder);
  const post = () => take(ledger, [reportOf(3, { id: 'session-9' })]);
  const first = await Promise.all([post(), post()]);
  ledger.abandon();
  ledger = await openIn(folder);
  const second = await Promise.all([post(), post()]);
  const receipts = [...first, ...second];
  expect(receipts.map((receipt) => receipt.kind)).toEqual(['accepted', 'accepted', 'accepted', 'accepted']);
  expect(receipts.map((receipt) => receipt.kind === 'accepted' && receipt.accepted)).toEqual([1, 0, 0, 0]);
  expect(receipts.map((receipt) => receipt.kind === 'accepted' && receipt.duplicates)).toEqual([0, 1, 1, 1]);
  expect(counted(ledger)).toBe('3');
  ledger.close();
});

test('O01: equal reports without ids are not duplicates', async () => {
  const ledger = await openIn(newFolder());
  for (let n = 0; n < 4; n += 1) await take(ledger, [reportOf(3)]);
  expect(counted(ledger)).toBe('12');
  ledger.close();
});

test('O02: old entries and new ones in one batch', async () => {
  const ledger = await openIn(newFolder());
  const [a, b, c] = [reportOf(1, { id: 'a' }), reportOf(10, { id: 'b' }), reportOf(100, { id: 'c' })];
  expect(await take(ledger, [a, b])).toMatchObject({ accepted: 2, duplicates: 0 });
  expect(await take(ledger, [a, b, c])).toMatchObject({ accepted: 1, duplicates: 2 });
  expect(await take(ledger, [a, b, c])).toMatchObject({ accepted: 0, duplicates: 3 });
  expect(counted(ledger)).toBe('111');
  ledger.close();
});

test('the same id with other content: the first counts, the second is told, and nothing of its batch counts', async () => {
  const ledger = await openIn(newFolder());
  await take(ledger, [reportOf(1, { id: 'a' })]);
  expect(await take(ledger, [reportOf(5), reportOf(2, { id: 'a' })])).toEqual({ kind: 'conflict', indices: [1] });
  expect(await take(ledger, [reportOf(1, { id: 'x' }), reportOf(2, { id: 'x' })])).toEqual({
    kind: 'conflict',
    indices: [1],
  });
  expect(counted(ledger)).toBe('1');
  ledger.close();
});

test('a refused batch disturbs no other of its group', async () => {
  const ledger = await openIn(newFolder());
  await take(ledger, [reportOf(1, { id: 'a' })]);
  const [good, bad, also] = await Promise.all([
    take(ledger, [reportOf(10, { id: 'b' })]),
    take(ledger, [reportOf(2, { id: 'a' })]),
    take(ledger, [reportOf(100, { id: 'c' })]),
  ]);
  expect([good?.kind, bad?.kind, also?.kind]).toEqual(['accepted', 'conflict', 'accepted']);
  expect(counted(ledger)).toBe('111');
  ledger.close();
});

test('a time that the reporter gave is content; the time of arrival is not', async () => {
  const ledger = await openIn(newFolder());
  await take(ledger, [reportOf(1, { id: 'a' })]);
  expect(await take(ledger, [reportOf(1, { id: 'a', at: NOW + 1000 })])).toMatchObject({ duplicates: 1 });
  expect(await take(ledger, [reportOf(1, { id: 'a', at: NOW, dated: true })])).toMatchObject({ kind: 'conflict' });
  ledger.close();
});

test('a request under a key is one event: answered again as the first time, another body is told', async () => {
  const folder = newFolder();
  let ledger = await openIn(folder);
  const first = await take(ledger, [reportOf(1), reportOf(2)], { value: 'k', digest: 'body' });
  ledger.abandon();
  ledger = await openIn(folder);
  expect(await take(ledger, [reportOf(1), reportOf(2)], { value: 'k', digest: 'body' })).toEqual({
    ...first,
    repeated: true,
  });
  expect(await take(ledger, [reportOf(1)], { value: 'k', digest: 'other' })).toEqual({ kind: 'conflict', indices: [] });
  expect(await take(ledger, [reportOf(4, { id: 'k' })])).toMatchObject({ accepted: 1 });
  expect(counted(ledger)).toBe('7');
  ledger.close();
});

test('an id is looked up in the whole window, whatever hour it counts for', async () => {
  const ledger = await openIn(newFolder());
  const report = reportOf(1, { id: 'a' });
  await ledger.append({ reports: [report], arrival: NOW }, (named) => ({ hour: named, late: false }));
  const later = await ledger.append({ reports: [report], arrival: NOW + 5 * HOUR }, (named) => ({
    hour: named,
    late: false,
  }));
  expect(later).toMatchObject({ accepted: 0, duplicates: 1 });
  ledger.close();
});

test('O03: fractions add up exactly, as numbers or texts, over a restart', async () => {
  const folder = newFolder();
  let ledger = await openIn(folder);
  for (let n = 0; n < 5; n += 1) await take(ledger, [reportOf('0.1234567890123456789')]);
  ledger.abandon();
  ledger = await openIn(folder);
  for (let n = 0; n < 5; n += 1) await take(ledger, [reportOf('0.1234567890123456789')]);
  expect([...ledger.books.lines()][0]).toMatchObject({ kind: 'open', counted: '1.234567890123456789', reports: 10 });
  ledger.close();
});

test('any interleaving of batches, repeats and crashes counts each id once and every bare report once', async () => {
  const step = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('take' as const),
        ids: fc.array(fc.option(fc.integer({ min: 0, max: 8 }), { nil: undefined }), { minLength: 1, maxLength: 4 }),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'crash' as const }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (story) => {
      const folder = newFolder();
      let ledger = await openIn(folder);
      const seen = new Set<number>();
      let expected = 0;
      for (const event of story) {
        if (event.kind === 'crash') {
          ledger.abandon();
          ledger = await openIn(folder);
          continue;
        }
        // An id always has the same content here: its own number.
        const receipt = await take(
          ledger,
          event.ids.map((id) => reportOf(id === undefined ? 1 : id + 1, id === undefined ? {} : { id: `${id}` })),
        );
        expect(receipt.kind).toBe('accepted');
        for (const id of event.ids) {
          if (id === undefined) expected += 1;
          else if (!seen.has(id)) expected += id + 1;
          if (id !== undefined) seen.add(id);
        }
      }
      expect(counted(ledger)).toBe(String(expected));
      expect(ledger.books.check().findings).toEqual([]);
      ledger.close();
    }),
    { numRuns: 40 },
  );
});
