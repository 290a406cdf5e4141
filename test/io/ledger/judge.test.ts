import { expect, test } from '@jest/globals';
import type { Outcome } from '../../../src/agent/core/record/outcome.ts';
import { next, stampOf } from '../../../src/agent/core/time/hour.ts';
import { freeze } from '../../../src/agent/core/usage/freeze.ts';
import * as quantity from '../../../src/agent/core/usage/quantity.ts';
import type { OpenLedger } from '../../../src/agent/io/ledger/ledger.ts';
import { NOW, newFolder, openIn, reportOf, TEN, take } from '../../support/ledgerOnDisk.ts';

const RULES = { resource: 'task/one', timestamp: stampOf(TEN), maxPerHour: undefined, zero: false, ceil: false };
const NOTE = { at: NOW, line: 'an answer', requestId: undefined, recordId: undefined };
const CONFLICT: Outcome = { state: 'conflict', doubt: false, units: { to: 'move', hour: next(TEN) } };
const LOST: Outcome = { state: 'waiting', doubt: true, units: { to: 'stay' } };
const THROTTLED: Outcome = { state: 'waiting', doubt: false, units: { to: 'stay' } };

const frozen = async (ledger: OpenLedger) => {
  await take(ledger, [reportOf(40)]);
  const record = ledger.freeze('requests', TEN, (open) => ({ frozen: freeze(open, RULES) }));
  if (record === undefined) throw new Error('nothing was frozen');
  return record;
};

const movedTo = (ledger: OpenLedger) =>
  quantity.format(quantity.sum(ledger.books.overview().open.map(({ moved }) => moved)));

test('an outcome that is told twice is applied once', async () => {
  const ledger = await openIn(newFolder());
  const record = await frozen(ledger);
  ledger.judge(record, NOTE, () => CONFLICT);
  expect(ledger.judge(record, NOTE, () => CONFLICT)).toMatchObject({ state: 'conflict' });
  expect(movedTo(ledger)).toBe('40');
  expect(ledger.books.check().findings).toEqual([]);
  ledger.close();
});

test('a record whose last answer was never written is in doubt when it is begun again, whatever comes after', async () => {
  const ledger = await openIn(newFolder());
  const first = await frozen(ledger);
  const second = ledger.begin(first.token);
  expect(second).toMatchObject({ attempts: 2, doubt: true });
  expect(ledger.judge(second, NOTE, ({ doubt }) => ({ ...THROTTLED, doubt }))).toMatchObject({ doubt: true });
  ledger.close();
});

test('the answer of an earlier attempt, written late: its doubt counts, its state does not; a receipt is a receipt', async () => {
  const ledger = await openIn(newFolder());
  const first = await frozen(ledger);
  const second = ledger.begin(first.token);
  expect(ledger.judge(first, NOTE, () => LOST)).toMatchObject({ state: 'sending', doubt: true });
  expect(ledger.judge(second, NOTE, ({ doubt }) => ({ ...THROTTLED, doubt }))).toMatchObject({ state: 'waiting' });
  const receipt: Outcome = { state: 'receipted', doubt: false, units: { to: 'stay' } };
  expect(ledger.judge(first, { ...NOTE, recordId: 'id' }, () => receipt)).toMatchObject({ state: 'receipted' });
  ledger.close();
});

test('a settled record is neither begun nor expired again', async () => {
  const ledger = await openIn(newFolder());
  const record = await frozen(ledger);
  ledger.judge(record, NOTE, () => CONFLICT);
  expect(ledger.begin(record.token)).toMatchObject({ state: 'conflict', attempts: 1 });
  expect(ledger.expire(record.token, () => CONFLICT)).toMatchObject({ state: 'conflict' });
  expect(movedTo(ledger)).toBe('40');
  ledger.close();
});
