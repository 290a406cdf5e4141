import { expect, test } from '@jest/globals';
import { billOf } from '../../../src/emulator/rules/bill.ts';
import type { Caller } from '../../../src/emulator/rules/caller.ts';
import { DEFAULT_WORLD } from '../../../src/emulator/world/defaultWorld.ts';
import { at, SAAS, seconds, stage, USAGE } from './stage.ts';

const NOW = '2026-03-02T11:03:00Z';
const STAMP = seconds('2026-03-02T10:30:00Z');

const SELLER: Caller = {
  account: '444455556666',
  arn: 'arn:aws:iam::444455556666:user/seller',
  userId: 'AKIA',
  actions: ['aws-marketplace:*'],
  source: 'accessKey',
};

const LICENCE = 'arn:aws:license-manager::111122223333:license:l-0123456789abcdef0123456789abcdef';

const record = (more: object = {}) => ({
  Timestamp: STAMP,
  Dimension: 'requests',
  Quantity: 5,
  CustomerIdentifier: 'ExampleCust1',
  ...more,
});

const open = () => {
  const { call, state, world } = stage();
  const batch = (records: readonly object[], now = NOW, more: object = { ProductCode: SAAS }) =>
    call('BatchMeterUsage', { UsageRecords: records, ...more }, now, SELLER);
  const statuses = (records: readonly object[]) =>
    ((batch(records).body?.['Results'] ?? []) as readonly { Status: string }[]).map(({ Status }) => Status);
  return { call, state, world, batch, statuses };
};

test('a 200 can hold failures: each record has a status of its own, and only Success is on the bill', () => {
  const { statuses, state, world } = open();
  expect(
    statuses([record(), record({ Quantity: 6 }), record(), record({ CustomerIdentifier: 'ExampleCust2' })]),
  ).toEqual(['Success', 'DuplicateRecord', 'Success', 'CustomerNotSubscribed']);
  expect(billOf(world, state, at(NOW)).usage).toMatchObject([
    { account: '111122223333', product: SAAS, dimension: 'requests', quantity: '5', records: 1 },
  ]);
});

test('the same record later is the same; another is a duplicate', () => {
  const { statuses } = open();
  statuses([record()]);
  expect(statuses([record({ Quantity: undefined, QuantityAsDecimal: '5.0' })])).toEqual(['Success']);
  expect(statuses([record({ QuantityAsDecimal: '5.5', Quantity: undefined })])).toEqual(['DuplicateRecord']);
});

test('a customer whom nobody knows fails the request, one who has left does not', () => {
  expect(open().batch([record({ CustomerIdentifier: 'Nobody' })]).error).toBe('InvalidCustomerIdentifierException');
});

test('a licence stands for product and customer', () => {
  const { batch } = open();
  const licensed = { Timestamp: STAMP, Dimension: 'requests', Quantity: 5, LicenseArn: LICENCE };
  expect(batch([licensed], NOW, {}).body).toMatchObject({ Results: [{ Status: 'Success' }] });
  expect(batch([{ ...licensed, CustomerAWSAccountId: '222233334444' }], NOW, {}).error).toBe('InvalidLicenseException');
  expect(batch([{ ...licensed, LicenseArn: `${LICENCE}x` }], NOW, {}).error).toBe('InvalidLicenseException');
});

test('a licence and a product code for the same hour bill twice, as AWS warns', () => {
  const { batch, state, world } = open();
  batch([record()]);
  batch([{ Timestamp: STAMP, Dimension: 'requests', Quantity: 5, LicenseArn: LICENCE }], NOW, {});
  expect(billOf(world, state, at(NOW)).usage[0]?.quantity).toBe('10');
});

test.each([
  ['24 hours ago', '2026-03-01T11:03:00Z', NOW],
  ['ahead', '2026-03-02T11:03:01Z', NOW],
  ['of a month that is closed', '2026-02-28T23:00:00Z', '2026-03-01T06:00:00Z'],
])('one record %s fails the whole batch', (_why, stamp, now) => {
  const { batch, state } = open();
  const good = record({ Timestamp: seconds(now), Quantity: 1 });
  expect(batch([good], now).error).toBeUndefined();
  state.records.clear();
  expect(batch([good, record({ Timestamp: seconds(stamp) })], now).error).toBe('TimestampOutOfBoundsException');
  expect(state.records.size).toBe(0);
});

test('until six in the morning of the first, last month is open', () => {
  const last = record({ Timestamp: seconds('2026-02-28T23:00:00Z') });
  expect(open().batch([last], '2026-03-01T05:59:59Z').error).toBeUndefined();
});

test.each([
  ['26 records', Array.from({ length: 26 }, () => record()), 'ValidationException'],
  ['an unknown dimension', [record({ Dimension: 'nope' })], 'InvalidUsageDimensionException'],
  ['both quantities', [record({ QuantityAsDecimal: '5' })], 'ValidationException'],
])('%s is refused', (_what, records, error) => {
  expect(open().batch(records).error).toBe(error);
});

test("a container's product code is not for this call, nor is the buyer", () => {
  const { batch, call } = open();
  expect(batch([record()], NOW, { ProductCode: USAGE }).error).toBe('InvalidCustomerIdentifierException');
  const [known] = DEFAULT_WORLD.customers;
  if (known === undefined) throw new Error('the default world has lost its customer');
  const odd = stage({ ...DEFAULT_WORLD, customers: [{ ...known, product: USAGE }] });
  const UsageRecords = [record()];
  expect(odd.call('BatchMeterUsage', { ProductCode: USAGE, UsageRecords }, NOW, SELLER).error).toBe(
    'InvalidProductCodeException',
  );
  const buyer: Caller = { ...SELLER, account: '111122223333' };
  expect(call('BatchMeterUsage', { ProductCode: SAAS, UsageRecords: [record()] }, NOW, buyer).error).toBe(
    'InvalidProductCodeException',
  );
});

test('a registration token names its customer to the seller alone', () => {
  const { call } = open();
  const resolve = (RegistrationToken: string, caller = SELLER) =>
    call('ResolveCustomer', { RegistrationToken }, NOW, caller);
  expect(resolve('registration-token-example').body).toEqual({
    CustomerIdentifier: 'ExampleCust1',
    CustomerAWSAccountId: '111122223333',
    ProductCode: SAAS,
    LicenseArn: LICENCE,
    Metadata: { AgreementId: 'agmt-example0000000000001' },
  });
  expect(resolve('registration-token-expired').error).toBe('ExpiredTokenException');
  expect(resolve('nonsense').error).toBe('InvalidTokenException');
  expect(resolve('registration-token-example', { ...SELLER, account: '111122223333' }).error).toBe(
    'InvalidTokenException',
  );
});
