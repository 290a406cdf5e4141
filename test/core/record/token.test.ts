import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { type Body, GENESIS, tokenOf } from '../../../src/agent/core/record/record.ts';
import { hourOf, stampOf } from '../../../src/agent/core/time/hour.ts';
import * as quantity from '../../../src/agent/core/usage/quantity.ts';

const hour = hourOf(Date.parse('2026-03-01T10:00Z'));
const body: Body = {
  resource: 'task/one',
  product: 'p',
  dimension: 'requests',
  hour,
  timestamp: stampOf(hour),
  quantity: quantity.of(9),
  decimals: 0,
  allocations: [],
};

test('a record without allocations has the token that it had before there were any', () => {
  const written = JSON.stringify([
    GENESIS,
    'task/one',
    'p',
    'requests',
    hour,
    Math.floor(stampOf(hour) / 1000),
    '9',
    0,
  ]);
  expect(tokenOf(body, GENESIS)).toBe(createHash('sha256').update(written).digest('hex'));
});

test('the token covers the allocations: another split of the same quantity is another token', () => {
  const split = (blue: number) => ({
    ...body,
    allocations: [
      { tags: '', units: quantity.of(9 - blue) },
      { tags: '[["team","blue"]]', units: quantity.of(blue) },
    ],
  });
  const tokens = [tokenOf(body, GENESIS), tokenOf(split(3), GENESIS), tokenOf(split(4), GENESIS)];
  expect(new Set(tokens).size).toBe(3);
});
