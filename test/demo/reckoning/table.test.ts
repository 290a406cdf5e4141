import { expect, test } from '@jest/globals';
import * as quantity from '../../../src/agent/core/usage/quantity.ts';
import type { Row } from '../../../src/demo/reckoning/reckon.ts';
import { grouped, tableOf } from '../../../src/demo/reckoning/table.ts';

const row = (dimension: string, home: string, count: string, units: string, per = '1', rest = '0', gap = '0'): Row => ({
  dimension,
  home,
  counted: quantity.read(count),
  inLedger: quantity.read(count),
  billed: quantity.read(units),
  per: quantity.read(per),
  leftOver: quantity.read(rest),
  difference: quantity.read(gap),
});

test('the table shows every home and each dimension together', () => {
  const rows = [
    row('requests', 'ECS task', '2198', '219', '10', '8'),
    row('requests', 'EKS pod', '1410', '141', '10'),
    row('data_gb', 'ECS task', '63.3828', '63.382', '1', '0.0008'),
  ];
  expect(tableOf(rows).join('\n')).toBe(
    `
dimension  home      counted by the app  in the ledger  on the bill  left over  difference
------------------------------------------------------------------------------------------
requests   ECS task               2,198          2,198     219 x 10          8           0
           EKS pod                1,410          1,410     141 x 10                      0
           together               3,608          3,608     360 x 10          8           0

data_gb    ECS task             63.3828        63.3828       63.382     0.0008           0
           together             63.3828        63.3828       63.382     0.0008           0`.slice(1),
  );
});

test('a difference stands in its row, and in the row of all', () => {
  const lines = tableOf([row('users', 'ECS task', '5', '5'), row('users', 'EKS pod', '5', '4', '1', '0', '1')]);
  expect(lines.filter((line) => line.endsWith(' 1'))).toHaveLength(2);
});

test.each([
  ['0', '0'],
  ['999', '999'],
  ['1000', '1,000'],
  ['1234567.1234', '1,234,567.1234'],
])('%s reads %s', (text, shown) => {
  expect(grouped(quantity.read(text))).toBe(shown);
});
