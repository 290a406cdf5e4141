import { describe, expect, test } from '@jest/globals';
import * as quantity from '../../../src/agent/core/usage/quantity.ts';
import { type Books, differenceOf, isEven, reckon } from '../../../src/demo/reckoning/reckon.ts';
import { bill, counted, DATA, line, REQUESTS, record, USERS } from './books.ts';

const TASK = 'arn:aws:ecs:us-east-1:111122223333:task/billing/0123';

/** 37 requests over two hours: three units and seven left over. */
const task: Books = {
  home: 'ECS task',
  resource: TASK,
  app: [...counted('requests', '25', '10:10'), ...counted('requests', '12', '11:10')],
  ledger: [record('requests', '10', ['25', '2', '5']), record('requests', '11', ['12', '1', '7'])],
};
const rightBill = bill(['requests', TASK, '2'], ['requests', TASK, '1']);
const differences = (...parts: Parameters<typeof reckon>) =>
  reckon(...parts).map(({ home, difference }) => [home, quantity.format(difference)]);

test('what was counted is what is billed and what is left over', () => {
  const [row] = reckon([REQUESTS], [task], rightBill);
  expect(row).toMatchObject({ counted: quantity.of(37), inLedger: quantity.of(37), billed: quantity.of(3) });
  expect(row?.leftOver).toEqual(quantity.of(7));
  expect(isEven(reckon([REQUESTS], [task], rightBill))).toBe(true);
});

describe('there is a difference when', () => {
  const cases: readonly (readonly [string, Books, ReturnType<typeof bill>, string])[] = [
    [
      'an hour is billed twice',
      task,
      bill(['requests', TASK, '2'], ['requests', TASK, '1'], ['requests', TASK, '1']),
      '10',
    ],
    ['an hour is not billed', task, bill(['requests', TASK, '2']), '10'],
    ['nothing is billed at all', task, bill(), '30'],
    [
      'the app counted more than the ledger has',
      { ...task, app: [...task.app, ...counted('requests', '1', '11:11')] },
      rightBill,
      '1',
    ],
    ['the ledger has more than the app counted', { ...task, app: task.app.slice(2) }, rightBill, '25'],
    ['a record of the ledger is gone', { ...task, ledger: task.ledger.slice(1) }, rightBill, '50'],
    ['what is left over was lost', { ...task, ledger: [record('requests', '10', ['37', '3', '0'])] }, rightBill, '7'],
  ];
  test.each(cases)('%s', (_, books, billed, difference) => {
    const rows = reckon([REQUESTS], [books], billed);
    expect(rows.map((row) => quantity.format(row.difference))).toEqual([difference]);
    expect(isEven(rows)).toBe(false);
  });
});

test('gaps of two homes never make up for each other', () => {
  const pod = { ...task, home: 'EKS pod', resource: 'pod-uid' };
  const crossed = bill(['requests', TASK, '4'], ['requests', 'pod-uid', '2']);
  expect(differences([REQUESTS], [task, pod], crossed)).toEqual([
    ['ECS task', '10'],
    ['EKS pod', '10'],
  ]);
});

test('a gap between app and ledger is not made up for by one between ledger and bill', () => {
  const parts = { dimension: 'requests', home: 'x', leftOver: quantity.ZERO, per: quantity.of(1) };
  const [app, ledger, billed] = [quantity.of(3), quantity.of(2), quantity.of(3)];
  expect(differenceOf({ ...parts, counted: app, inLedger: ledger, billed })).toEqual(quantity.of(2));
});

test('what somebody else metered for our product is a difference', () => {
  const rows = differences([REQUESTS], [task], bill(['requests', TASK, '3'], ['requests', 'a stray task', '1']));
  expect(rows).toEqual([
    ['ECS task', '0'],
    ['somebody else', '10'],
  ]);
  expect(differences([REQUESTS], [task], bill(['requests', TASK, '3'], ['node_hours', TASK, '1']))).toEqual([
    ['ECS task', '0'],
    ['somebody else', '1'],
  ]);
});

test('decimals are exact, where floating point is not', () => {
  const app = Array.from({ length: 10 }, () => counted('data_gb', '0.1001', '10:00')).flat();
  const books = { ...task, app, ledger: [record('data_gb', '10', ['1.001', '1.001', '0'])] };
  expect(isEven(reckon([DATA], [books], bill(['data_gb', TASK, '1.001'])))).toBe(true);
  expect(isEven(reckon([DATA], [books], bill(['data_gb', TASK, '1.000999'])))).toBe(false);
});

describe('a maximum', () => {
  const ledger = [record('users', '10', ['7', '7', '0']), record('users', '11', ['9', '9', '0'])];
  const app = [...counted('users', '7', '10:10'), ...counted('users', '3', '10:50'), ...counted('users', '9', '11:05')];

  test('is the sum over the hours of the highest of each', () => {
    const rows = reckon([USERS], [{ ...task, app, ledger }], bill(['users', TASK, '7'], ['users', TASK, '9']));
    expect(rows[0]?.counted).toEqual(quantity.of(16));
    expect(isEven(rows)).toBe(true);
  });

  test('that came late counts in the hour in which it was taken', () => {
    const late = [...app, ...counted('users', '8', '10:59', { late: true, at: '11:15' })];
    const rows = reckon([USERS], [{ ...task, app: late, ledger }], bill(['users', TASK, '16']));
    expect(rows[0]?.counted).toEqual(quantity.of(16));
  });
});

describe('the ledger', () => {
  test('leaves over what folded hours have added after the last record', () => {
    const hour = (text: string) => ({ kind: 'folded', dimension: 'requests', hour: `2026-03-01T${text}Z` });
    const ledger = [
      record('requests', '10', ['25', '2', '5']),
      line({ ...hour('09'), counted: '4' }),
      line({ ...hour('11'), counted: '3' }),
    ];
    const app = [...counted('requests', '29', '10:10'), ...counted('requests', '3', '11:10')];
    const [row] = reckon([REQUESTS], [{ ...task, app, ledger }], bill(['requests', TASK, '2']));
    expect(row?.leftOver).toEqual(quantity.of(8));
  });

  test('does not leave over what is still open: that is a difference', () => {
    const ledger = [
      ...task.ledger,
      line({ kind: 'open', dimension: 'requests', hour: '2026-03-01T12Z', counted: '5' }),
    ];
    const app = [...task.app, ...counted('requests', '5', '12:01')];
    expect(differences([REQUESTS], [{ ...task, app, ledger }], rightBill)).toEqual([['ECS task', '5']]);
  });
});

test('a report counts once, however often it was handed in and acknowledged', () => {
  const [report, acknowledged] = counted('requests', '37', '10:10');
  if (report === undefined || acknowledged === undefined) throw new Error('no report');
  const app = [report, { kind: 'repeated', id: 'x' } as const, acknowledged, acknowledged];
  expect(differences([REQUESTS], [{ ...task, app }], rightBill)).toEqual([['ECS task', '0']]);
});

test('a report that nobody acknowledged does not count', () => {
  const app = [...task.app, ...counted('requests', '5', '11:20').slice(0, 1)];
  expect(differences([REQUESTS], [{ ...task, app }], rightBill)).toEqual([['ECS task', '0']]);
});
