import { expect, test } from '@jest/globals';
import { next, stampOf } from '../../../../src/agent/core/time/hour.ts';
import { freeze } from '../../../../src/agent/core/usage/freeze.ts';
import * as quantity from '../../../../src/agent/core/usage/quantity.ts';
import { openDeadLedger } from '../../../../src/agent/io/ledger/books/deadLedger.ts';
import { NOW, newFolder, openIn, reportOf, TEN, take } from '../../../support/ledgerOnDisk.ts';

const rules = (most: number) => ({
  resource: 'task/one',
  timestamp: stampOf(TEN),
  maxPerHour: quantity.read(String(most)),
  zero: false,
  ceil: false,
});

/** A record of 3 units that is quarantined, and 2 that are held; all of product "p". */
const waiting = async (most = 3): Promise<string> => {
  const folder = newFolder();
  const ledger = await openIn(folder);
  await take(ledger, [reportOf(5)]);
  const record = ledger.freeze('requests', TEN, (open) => ({ frozen: freeze(open, rules(most)) }));
  if (record !== undefined) {
    ledger.expire(record.token, () => ({ state: 'quarantined', doubt: true, units: { to: 'stay' }, reason: 'lost' }));
  }
  ledger.close();
  return folder;
};

const dead = (folder: string) => {
  const opened = openDeadLedger(folder);
  if (opened === undefined) throw new Error('somebody holds it');
  return opened;
};

test('a release twice does nothing twice, and says what the first one did', async () => {
  const { books, close } = dead(await waiting());
  const open = next(TEN);
  expect(books.release(TEN, 'requests', open)).toMatchObject({ units: '2', to: '2026-03-01T11Z' });
  expect(() => books.release(TEN, 'requests', open)).toThrow(
    '2 units of requests in 2026-03-01T10Z were released already, to 2026-03-01T11Z',
  );
  expect(() => books.release(open, 'requests', open)).toThrow('nothing is held of requests in 2026-03-01T11Z');
  expect(() => books.release(TEN, 'request', open)).toThrow('knows no dimension request');
  expect(books.check().findings).toEqual([]);
  expect(books.overview().open).toMatchObject([{ hour: open, moved: { digits: 2n } }]);
  close();
});

test('an hour of which all is held has no record, and is released all the same', async () => {
  const { books, close } = dead(await waiting(0.5));
  expect(books.release(TEN, 'requests', next(TEN))).toMatchObject({ units: '5' });
  expect(books.check().findings).toEqual([]);
  close();
});

test('a resolve twice does nothing twice', async () => {
  const { books, close } = dead(await waiting());
  const [line] = [...books.lines()];
  const token = String(line?.['client_token']);
  const decide = (as: 'receipted' | 'unsent', name = token) =>
    books.resolve({ token: name, as, why: 'seen', live: false }, next(TEN), NOW);
  expect(decide('unsent')).toMatchObject({ state: 'moved', moved_to: '2026-03-01T11Z' });
  for (const as of ['unsent', 'receipted'] as const)
    expect(() => decide(as)).toThrow('is moved already (resolved as unsent: seen)');
  for (const name of ['', token.slice(0, 7), '%%%%%%%%', 'zzzzzzzz', `${token}0`]) {
    expect(() => decide('unsent', name)).toThrow(expect.objectContaining({ code: 'ledger_no_such', exitCode: 64 }));
  }
  expect(books.overview().open).toMatchObject([{ moved: { digits: 3n } }]);
  expect(books.check().findings).toEqual([]);
  close();
});

test('units of another product stay where they are, and that is said', async () => {
  const folder = await waiting();
  (await openIn(folder, { product: 'another' })).close();
  const { books, close } = dead(folder);
  const token = String([...books.lines()][0]?.['client_token']);
  const before = [...books.lines()];
  const other = expect.objectContaining({ code: 'ledger_other_product', exitCode: 64 });
  expect(() => books.resolve({ token, as: 'unsent', why: 'x', live: false }, next(TEN), NOW)).toThrow(other);
  expect(() => books.release(TEN, 'requests', next(TEN))).toThrow(other);
  expect([...books.lines()]).toEqual(before);
  expect(books.resolve({ token, as: 'receipted', why: 'billed by hand', live: false }, next(TEN), NOW)).toMatchObject({
    state: 'receipted',
  });
  expect(books.check().findings).toEqual([]);
  close();
});
