import { expect, test } from '@jest/globals';
import type { Resource } from '../../../src/emulator/rules/caller.ts';
import { decide } from '../../../src/emulator/rules/service.ts';
import { DEFAULT_WORLD } from '../../../src/emulator/world/defaultWorld.ts';
import { callerIn, FREE, NOT_BOUGHT, POD, seconds, stage, TASK, USAGE } from './stage.ts';

const HALF_PAST_TEN = seconds('2026-03-01T10:30:00Z');
const NOW = '2026-03-01T11:03:00Z';

test('the first record of an hour stands: the same again is the same record, another is refused', () => {
  const { meter, state } = stage();
  const first = meter({ Timestamp: HALF_PAST_TEN, UsageQuantity: 17 }, NOW);
  expect(first.body).toEqual({ MeteringRecordId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  expect(meter({ Timestamp: seconds('2026-03-01T10:59:59Z'), UsageQuantity: 17 }, NOW)).toEqual(first);
  expect(meter({ Timestamp: HALF_PAST_TEN, UsageQuantity: 18 }, NOW).error).toBe('DuplicateRequestException');
  expect([...state.records.values()].map(({ quantity }) => quantity)).toEqual(['17']);
});

test('17, 17.0 and 17.00 are one quantity, in either member', () => {
  const { meter, state } = stage();
  const first = meter({ Timestamp: HALF_PAST_TEN, UsageQuantity: 17 }, NOW);
  expect(meter({ Timestamp: HALF_PAST_TEN, UsageQuantityAsDecimal: '17.0' }, NOW)).toEqual(first);
  expect(meter({ Timestamp: HALF_PAST_TEN, UsageQuantityAsDecimal: '17.00' }, NOW)).toEqual(first);
  expect(meter({ Timestamp: HALF_PAST_TEN, UsageQuantityAsDecimal: '17.000001' }, NOW).error).toBe(
    'DuplicateRequestException',
  );
  expect(state.records.size).toBe(1);
});

test('each hour, dimension, resource and product has a record of its own', () => {
  const { meter, state } = stage();
  meter({ Timestamp: HALF_PAST_TEN, UsageQuantity: 1 }, NOW);
  meter({ Timestamp: HALF_PAST_TEN, UsageQuantity: 2, UsageDimension: 'users' }, NOW);
  meter({ Timestamp: seconds('2026-03-01T09:30:00Z'), UsageQuantity: 3 }, NOW);
  meter({ Timestamp: HALF_PAST_TEN, UsageQuantity: 4 }, NOW, callerIn(POD));
  meter({ Timestamp: HALF_PAST_TEN, UsageQuantity: 5, ProductCode: FREE }, NOW);
  expect([...state.records.values()].map(({ quantity }) => quantity)).toEqual(['1', '2', '3', '4', '5']);
});

test('no quantity is zero, and a zero takes the hour', () => {
  const { meter, state } = stage();
  expect(meter({ Timestamp: HALF_PAST_TEN }, NOW).error).toBeUndefined();
  expect(meter({ Timestamp: HALF_PAST_TEN, UsageQuantity: 1 }, NOW).error).toBe('DuplicateRequestException');
  expect([...state.records.values()][0]?.quantity).toBe('0');
});

test.each([
  ['a second ahead', '2026-03-01T11:03:01Z'],
  ['more than six hours ago', '2026-03-01T05:02:59Z'],
])('a stamp %s is out of bounds', (_why, stamp) => {
  const { meter } = stage();
  const old: Resource = { ...TASK, launchedAt: seconds('2026-02-01T00:00:00Z') * 1000 };
  expect(meter({ Timestamp: seconds(stamp) }, NOW, callerIn(old)).error).toBe('TimestampOutOfBoundsException');
});

test('exactly six hours ago and exactly now are inside', () => {
  const { meter } = stage();
  const old: Resource = { ...TASK, launchedAt: seconds('2026-02-01T00:00:00Z') * 1000 };
  expect(meter({ Timestamp: seconds('2026-03-01T05:03:00Z') }, NOW, callerIn(old)).error).toBeUndefined();
  expect(meter({ Timestamp: seconds(NOW) }, NOW, callerIn(old)).error).toBeUndefined();
});

test('the hour of the launch is metered from the launch on, not from its start', () => {
  const { meter } = stage();
  const late: Resource = { ...TASK, launchedAt: Date.parse('2026-03-01T10:59:30.700Z') };
  const now = '2026-03-01T11:00:40Z';
  expect(meter({ Timestamp: seconds('2026-03-01T10:00:00Z') }, now, callerIn(late)).error).toBe(
    'TimestampOutOfBoundsException',
  );
  expect(meter({ Timestamp: seconds('2026-03-01T10:59:30Z') }, now, callerIn(late)).error).toBeUndefined();
});

test('a client token belongs to one request', () => {
  const { meter } = stage();
  const usage = { Timestamp: HALF_PAST_TEN, UsageQuantity: 17, ClientToken: 'token-1' };
  const first = meter(usage, NOW);
  expect(meter(usage, NOW)).toEqual(first);
  expect(meter({ ...usage, UsageQuantity: undefined, UsageQuantityAsDecimal: '17.0' }, NOW)).toEqual(first);
  expect(meter({ ...usage, UsageQuantity: 18 }, NOW).error).toBe('IdempotencyConflictException');
  expect(meter({ ...usage, UsageDimension: 'users' }, NOW).error).toBe('IdempotencyConflictException');
});

test('the same client token in another Region or account is another token', () => {
  const { meter } = stage({
    ...DEFAULT_WORLD,
    accounts: { ...DEFAULT_WORLD.accounts, '222233334444': { subscriptions: [USAGE] } },
  });
  const usage = { Timestamp: HALF_PAST_TEN, ClientToken: 'token-1' };
  const elsewhere: Resource = { ...TASK, id: 'task-2', region: 'eu-west-1' };
  const another: Resource = { ...TASK, id: 'task-3', account: '222233334444' };
  expect(meter({ ...usage, UsageQuantity: 1 }, NOW).error).toBeUndefined();
  expect(meter({ ...usage, UsageQuantity: 2 }, NOW, callerIn(elsewhere), 'eu-west-1').error).toBeUndefined();
  expect(meter({ ...usage, UsageQuantity: 3 }, NOW, callerIn(another)).error).toBeUndefined();
  expect(meter({ ...usage, UsageQuantity: 4 }, NOW, callerIn(POD)).error).toBe('IdempotencyConflictException');
});

test('the token of a refused request is free again', () => {
  const { meter } = stage();
  const ClientToken = 'token-1';
  expect(meter({ Timestamp: HALF_PAST_TEN, UsageDimension: 'Requests', ClientToken }, NOW).error).toBe(
    'InvalidUsageDimensionException',
  );
  expect(meter({ Timestamp: HALF_PAST_TEN, ClientToken }, NOW).error).toBeUndefined();
});

test('a buyer who leaves is refused at the first call of a task only', () => {
  const { meter, state } = stage();
  meter({ Timestamp: HALF_PAST_TEN }, NOW);
  state.subscriptions.clear();
  expect(meter({ Timestamp: seconds(NOW) }, NOW).error).toBeUndefined();
  expect(meter({ Timestamp: seconds(NOW) }, NOW, callerIn(POD)).error).toBe('CustomerNotEntitledException');
});

test('who has not bought is refused; what is free needs no buying', () => {
  const { meter } = stage();
  expect(meter({ Timestamp: HALF_PAST_TEN, ProductCode: NOT_BOUGHT }, NOW).error).toBe('CustomerNotEntitledException');
  expect(meter({ Timestamp: HALF_PAST_TEN, ProductCode: FREE }, NOW).error).toBeUndefined();
});

test.each([
  ['an unknown product', { ProductCode: 'nosuchproduct' }, 'InvalidProductCodeException'],
  ['a dimension in another case', { UsageDimension: 'Requests' }, 'InvalidUsageDimensionException'],
  ['both quantities', { UsageQuantity: 1, UsageQuantityAsDecimal: '1' }, 'ValidationException'],
  ['a negative quantity', { UsageQuantity: -1 }, 'ValidationException'],
  ['a quantity above the integer', { UsageQuantity: 2_147_483_648 }, 'ValidationException'],
  ['seven decimals', { UsageQuantityAsDecimal: '1.0000001' }, 'ValidationException'],
  ['a leading zero', { UsageQuantityAsDecimal: '01' }, 'ValidationException'],
  ['an exponent', { UsageQuantityAsDecimal: '1e3' }, 'ValidationException'],
  ['a decimal that is a number', { UsageQuantityAsDecimal: 1.5 }, 'SerializationException'],
  ['an integer that is text', { UsageQuantity: '1' }, 'SerializationException'],
  ['a fraction in the integer', { UsageQuantity: 1.5 }, 'SerializationException'],
  ['a time that is text', { Timestamp: '2026-03-01T10:30:00Z' }, 'SerializationException'],
  ['no time', { Timestamp: undefined }, 'ValidationException'],
  ['no dimension', { UsageDimension: undefined }, 'ValidationException'],
  ['an empty dimension', { UsageDimension: '' }, 'ValidationException'],
  ['a product code with a line feed', { ProductCode: `${USAGE}\n` }, 'ValidationException'],
  ['a client token that is too long', { ClientToken: 'x'.repeat(65) }, 'ValidationException'],
  ['an empty client token', { ClientToken: '' }, 'ValidationException'],
])('%s is refused', (_what, more, error) => {
  const { meter, state } = stage();
  expect(meter({ Timestamp: HALF_PAST_TEN, ...more }, NOW).error).toBe(error);
  expect(state.records.size).toBe(0);
});

test('what the model does not know is passed over', () => {
  expect(stage().meter({ Timestamp: HALF_PAST_TEN, LicenseArn: 'arn', UsageQuantity: 1 }, NOW).error).toBeUndefined();
});

test('all broken limits are told at once, in the words of AWS', () => {
  const { message } = stage().meter({ Timestamp: undefined, UsageDimension: '' }, NOW);
  expect(message).toBe(
    "2 validation errors detected: Value null at 'timestamp' failed to satisfy constraint: Member must not be null; Value '' at 'usageDimension' failed to satisfy constraint: Member must have length greater than or equal to 1",
  );
});

test('the largest decimal is taken', () => {
  const { meter, state } = stage();
  meter({ Timestamp: HALF_PAST_TEN, UsageQuantityAsDecimal: '9999999999.999999' }, NOW);
  expect([...state.records.values()][0]?.quantity).toBe('9999999999.999999');
});

test('a dimension that is said to be whole takes no fraction', () => {
  const { world } = stage();
  const product = world.products[USAGE];
  if (product === undefined) throw new Error('the default world has lost its product');
  const whole = stage({
    ...world,
    products: { [USAGE]: { ...product, dimensions: { requests: { decimals: false } } } },
  });
  expect(whole.meter({ Timestamp: HALF_PAST_TEN, UsageQuantityAsDecimal: '1.5' }, NOW).error).toBe(
    'ValidationException',
  );
  expect(whole.meter({ Timestamp: HALF_PAST_TEN, UsageQuantityAsDecimal: '2.0' }, NOW).error).toBeUndefined();
});

test('deciding changes nothing: what is not let through has not happened', () => {
  const { state, world } = stage();
  const before = structuredClone(state);
  const body = {
    ProductCode: USAGE,
    UsageDimension: 'requests',
    Timestamp: HALF_PAST_TEN,
    UsageQuantity: 1,
    ClientToken: 't',
  };
  const request = { operation: 'MeterUsage', region: 'us-east-1', caller: callerIn(TASK), body };
  const { changes } = decide(world, state, request, Date.parse(NOW));
  expect(changes.map(({ type }) => type)).toEqual(['record', 'token', 'known']);
  expect(state).toEqual(before);
});

test('a product that is not published has no code', () => {
  const { world } = stage();
  const product = world.products[USAGE];
  if (product === undefined) throw new Error('the default world has lost its product');
  const draft = stage({ ...world, products: { [USAGE]: { ...product, published: false } } });
  expect(draft.meter({ Timestamp: HALF_PAST_TEN }, NOW).error).toBe('InvalidProductCodeException');
});
