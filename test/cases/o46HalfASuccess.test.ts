import { BatchMeterUsageCommand, type UsageRecord } from '@aws-sdk/client-marketplace-metering';
import { expect, test } from '@jest/globals';
import { emulate, outcomeOf, START } from '../emulator/support.ts';

const SAAS = '5saasproductcode00example01';

/** The long-term keys of the seller, as docs/emulator.md names them. */
const SELLER = {
  accessKeyId: 'AKIAI44QH8DHBEXAMPLE',
  secretAccessKey: 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY',
};

const HOUR = 3_600_000;

const usage = (CustomerIdentifier: string, Quantity: number, hoursAgo = 0): UsageRecord => ({
  Timestamp: new Date(START - hoursAgo * HOUR),
  CustomerIdentifier,
  Dimension: 'requests',
  Quantity,
});

const open = async () => {
  const aws = await emulate();
  const client = aws.client(SELLER);
  return {
    ...aws,
    meter: (...UsageRecords: readonly UsageRecord[]) =>
      outcomeOf(client.send(new BatchMeterUsageCommand({ ProductCode: SAAS, UsageRecords: [...UsageRecords] }))),
    billed: async () => {
      const { usage: lines } = await aws.admin<{
        readonly usage: readonly { readonly dimension: string; readonly quantity: string }[];
      }>('GET', 'bill');
      return lines.map(({ dimension, quantity }) => `${quantity} ${dimension}`);
    },
    [Symbol.asyncDispose]: aws[Symbol.asyncDispose],
  };
};

test('O46 a 200 says of each record what became of it, and only Success is on the bill', async () => {
  await using aws = await open();
  expect(
    await aws.meter(
      usage('ExampleCust1', 5),
      usage('ExampleCust1', 6),
      usage('ExampleCust2', 7),
      usage('ExampleCust1', 5),
      usage('ExampleCust1', 8, 1),
    ),
  ).toMatchObject({
    $metadata: { httpStatusCode: 200 },
    Results: [
      { Status: 'Success', MeteringRecordId: expect.any(String), UsageRecord: { Quantity: 5 } },
      { Status: 'DuplicateRecord', UsageRecord: { Quantity: 6 } },
      { Status: 'CustomerNotSubscribed', UsageRecord: { CustomerIdentifier: 'ExampleCust2', Quantity: 7 } },
      { Status: 'Success', UsageRecord: { Quantity: 5 } },
      { Status: 'Success', UsageRecord: { Timestamp: new Date(START - HOUR), Quantity: 8 } },
    ],
    UnprocessedRecords: [],
  });
  expect(await aws.billed()).toEqual(['13 requests']);
});

test('O46 what AWS did not get to comes back as it was sent, and may be sent again', async () => {
  await using aws = await open();
  await aws.admin('POST', 'faults', { kind: 'unprocessed', operation: 'BatchMeterUsage', times: 1 });
  expect(await aws.meter(usage('ExampleCust1', 5))).toMatchObject({
    $metadata: { httpStatusCode: 200 },
    Results: [],
    UnprocessedRecords: [{ CustomerIdentifier: 'ExampleCust1', Dimension: 'requests', Quantity: 5 }],
  });
  expect(await aws.billed()).toEqual([]);
  expect(await aws.meter(usage('ExampleCust1', 5))).toMatchObject({ Results: [{ Status: 'Success' }] });
  expect(await aws.billed()).toEqual(['5 requests']);
});

test('O46 a customer whom AWS never knew fails the whole request; one who has left fails his own record', async () => {
  await using aws = await open();
  expect(await aws.meter(usage('ExampleCust1', 5), usage('Nobody', 1))).toBe('InvalidCustomerIdentifierException');
  expect(await aws.billed()).toEqual([]);
  expect(await aws.meter(usage('ExampleCust1', 5), usage('ExampleCust2', 1))).toMatchObject({
    Results: [{ Status: 'Success' }, { Status: 'CustomerNotSubscribed' }],
  });
  expect(await aws.billed()).toEqual(['5 requests']);
});
