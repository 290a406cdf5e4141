import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from '@jest/globals';
import type { Outcome } from '../../../../src/agent/core/record/outcome.ts';
import { next, stampOf } from '../../../../src/agent/core/time/hour.ts';
import { freeze } from '../../../../src/agent/core/usage/freeze.ts';
import { askControl, openControl } from '../../../../src/agent/io/ledger/books/control.ts';
import { openDeadLedger } from '../../../../src/agent/io/ledger/books/deadLedger.ts';
import type { OpenLedger } from '../../../../src/agent/io/ledger/ledger.ts';
import { NOW, newFolder, openIn, reportOf, TEN, take } from '../../../support/ledgerOnDisk.ts';
import { SILENT } from '../../../support/tollWorld.ts';

const RULES = { resource: 'task/one', timestamp: stampOf(TEN), maxPerHour: undefined, zero: false, ceil: false };

const frozen = async (folder: string): Promise<OpenLedger> => {
  const ledger = await openIn(folder);
  await take(ledger, [reportOf(5)]);
  ledger.freeze('requests', TEN, (open) => ({ frozen: freeze(open, RULES) }));
  return ledger;
};

const NOTE = { at: NOW, line: 'lost', requestId: undefined, recordId: undefined };
const WAITING: Outcome = { state: 'waiting', doubt: true, units: { to: 'stay' } };

const tamper = (folder: string, sql: string): void => {
  const db = new DatabaseSync(join(folder, 'ledger.db'));
  db.exec(sql);
  db.close();
};

test.each([
  ['a quantity', `UPDATE record SET quantity = '4'`],
  ['a count that vanished', `DELETE FROM tally`],
  ['what was acknowledged', `UPDATE dimension SET acknowledged = '6'`],
  ['an hour', 'UPDATE record SET hour = hour - 1'],
  ['a record taken out', 'DELETE FROM record'],
  ['what was left for the next hour', `UPDATE record SET to_next = '1'`],
  ['what was carried', `UPDATE record SET carried_out = '1'`],
])('check tells that somebody changed %s', async (_, sql) => {
  const folder = newFolder();
  const ledger = await frozen(folder);
  await take(ledger, [reportOf(2)]);
  expect(ledger.books.check().ok).toBe(true);
  ledger.close();
  tamper(folder, sql);
  const dead = openDeadLedger(folder);
  expect(dead?.books.check()).toMatchObject({ ok: false });
  dead?.close();
});

test.each([
  ['an allocation', `UPDATE allocation SET shares = replace(shares, '"3"', '"4"')`, 'allocations sum to 6, not to 5'],
  ['allocations that vanished', 'DELETE FROM allocation', 'is not what its ClientToken was made of'],
  [
    'what a tag set is owed',
    `INSERT INTO balance VALUES ('requests', 'x', '1')`,
    'are owed 1 together, but 0 is carried',
  ],
  [
    'tags of units that were moved',
    `INSERT INTO moved_share SELECT dimension, hour, 'x', '1' FROM open_hour`,
    'more units are tagged than were moved',
  ],
])('check tells that somebody changed %s', async (_, sql, finding) => {
  const folder = newFolder();
  const ledger = await openIn(folder);
  await take(ledger, [reportOf(3, { tags: { team: 'blue' } }), reportOf(2)]);
  ledger.freeze('requests', TEN, (open) => ({ frozen: freeze(open, RULES) }));
  await take(ledger, [reportOf(2)]);
  expect(ledger.books.check().findings).toEqual([]);
  ledger.close();
  tamper(folder, sql);
  const dead = openDeadLedger(folder);
  expect(dead?.books.check().findings.join('; ')).toContain(finding);
  dead?.close();
});

const all = async (answers: AsyncIterable<unknown>): Promise<readonly unknown[]> => {
  const list: unknown[] = [];
  for await (const answer of answers) list.push(answer);
  return list;
};

test('a live ledger is asked through its holder, by the same commands', async () => {
  const folder = newFolder();
  const ledger = await frozen(folder);
  const control = openControl(folder, ledger.books, { openHour: () => next(TEN), now: () => NOW, log: SILENT });
  expect(openDeadLedger(folder)).toBeUndefined();
  expect(await all(askControl(folder, { do: 'check' }))).toEqual([{ ok: true, findings: [] }]);
  const [record] = (await all(askControl(folder, { do: 'lines' }))) as { client_token: string }[];
  expect(record).toMatchObject({ kind: 'record', hour: '2026-03-01T10Z', state: 'sending', quantity: '5' });
  const token = record?.client_token.slice(0, 12) ?? '';
  await expect(
    all(askControl(folder, { do: 'resolve', token: 'ffffffff', as: 'unsent', why: 'x' })),
  ).rejects.toMatchObject({ exitCode: 64 });
  await expect(
    all(askControl(folder, { do: 'resolve', token, as: 'unsent', why: 'in the middle of it' })),
  ).rejects.toMatchObject({ exitCode: 64, message: expect.stringContaining('under way') });
  ledger.judge({ token: record?.client_token ?? '', attempts: 1 }, NOTE, () => WAITING);
  expect(
    await all(askControl(folder, { do: 'resolve', token, as: 'unsent', why: 'CloudTrail has no such token' })),
  ).toMatchObject([
    { state: 'moved', moved_to: '2026-03-01T11Z', reason: 'resolved as unsent: CloudTrail has no such token' },
  ]);
  expect(ledger.books.check().findings).toEqual([]);
  await expect(all(askControl(folder, { do: 'resolve', token, as: 'receipted', why: 'again' }))).rejects.toMatchObject({
    exitCode: 64,
  });
  control.close();
  ledger.close();
});

test('a ledger that is not there is told, and not made', () => {
  expect(() => openDeadLedger(newFolder())).toThrow(expect.objectContaining({ exitCode: 73 }));
});
