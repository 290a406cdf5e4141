import { MarketplaceMeteringClient, MeterUsageCommand } from '@aws-sdk/client-marketplace-metering';
import { expect, test } from '@jest/globals';
import { LastLookError, lastLook } from '../../../src/agent/io/aws/lastLook.ts';
import type { MeterRequest } from '../../../src/agent/ports.ts';
import { startFakeAws } from '../../support/fakeAws.ts';
import { makeLog, openTask, record } from './support.ts';

const bodyOf = async (...requests: readonly MeterRequest[]): Promise<readonly string[]> => {
  await using aws = await startFakeAws();
  const { marketplace } = await openTask(aws);
  for (const request of requests) expect(await marketplace.meter(request)).toMatchObject({ kind: 'ok' });
  return aws.calls('MeterUsage').map(({ body, headers }) => {
    expect(headers['content-length']).toBe(String(Buffer.byteLength(body)));
    return body;
  });
};

const allocated: MeterRequest = {
  ...record,
  quantity: '42',
  allocations: [
    { quantity: '40', tags: { team: 'blue', stage: 'live' } },
    { quantity: '2', tags: {} },
  ],
};

test('a whole number and its allocations go out as numbers, untagged without tags', async () => {
  const [body] = await bodyOf(allocated);
  expect(JSON.parse(body ?? '')).toMatchObject({
    UsageQuantity: 42,
    UsageAllocations: [
      {
        AllocatedUsageQuantity: 40,
        Tags: [
          { Key: 'stage', Value: 'live' },
          { Key: 'team', Value: 'blue' },
        ],
      },
      { AllocatedUsageQuantity: 2 },
    ],
  });
  expect(body).not.toContain('AsDecimal');
});

test('a decimal goes out as its own text, and no number beside it', async () => {
  const [body] = await bodyOf({
    ...allocated,
    form: 'decimal',
    quantity: '9999999999.999999',
    allocations: [
      { quantity: '9999999999.999', tags: { team: 'blue' } },
      { quantity: '0.000999', tags: {} },
    ],
  });
  expect(JSON.parse(body ?? '')).toEqual({
    ProductCode: record.productCode,
    UsageDimension: record.dimension,
    Timestamp: record.timestamp / 1000,
    ClientToken: record.clientToken,
    UsageQuantityAsDecimal: '9999999999.999999',
    UsageAllocations: [
      { AllocatedUsageQuantityAsDecimal: '9999999999.999', Tags: [{ Key: 'team', Value: 'blue' }] },
      { AllocatedUsageQuantityAsDecimal: '0.000999' },
    ],
  });
});

test('the same record is the same bytes, however its tags are ordered', async () => {
  const turned = { quantity: '40', tags: { stage: 'live', team: 'blue' } };
  const again = {
    ...allocated,
    timestamp: allocated.timestamp + 999,
    allocations: [turned, { quantity: '2', tags: {} }],
  };
  const bodies = await bodyOf(allocated, structuredClone(allocated), again);
  expect(new Set(bodies).size).toBe(1);
});

test('the SDK still drops decimals: the day this fails, withDecimals can go', async () => {
  await using aws = await startFakeAws();
  const client = new MarketplaceMeteringClient({
    region: 'eu-west-1',
    endpoint: aws.origin,
    credentials: { accessKeyId: 'a', secretAccessKey: 's' },
  });
  const input = { ProductCode: 'p', UsageDimension: 'd', Timestamp: new Date(0), UsageQuantityAsDecimal: '1.5' };
  await client.send(new MeterUsageCommand(input));
  expect(aws.calls('MeterUsage')[0]?.body).not.toContain('AsDecimal');
});

test('a request that differs from its record is stopped, loudly', async () => {
  await using aws = await startFakeAws();
  const log = makeLog();
  const { marketplace } = await openTask(aws, { log });
  // An hour that its own timestamp is not in: somebody mixed two records up.
  const mixed = { ...record, timestamp: record.timestamp + 1000 };
  expect(await marketplace.meter(mixed)).toMatchObject({
    kind: 'trouble',
    sent: false,
    message: expect.stringContaining('hour'),
  });
  expect(aws.calls('MeterUsage')).toEqual([]);
  expect(log.lines).toMatchObject([{ level: 'error', event: 'send_stopped' }]);
});

const good = {
  ProductCode: record.productCode,
  UsageDimension: record.dimension,
  Timestamp: record.timestamp / 1000,
  UsageQuantity: 42,
  ClientToken: record.clientToken,
  UsageAllocations: [
    {
      AllocatedUsageQuantity: 40,
      Tags: [
        { Key: 'team', Value: 'blue' },
        { Key: 'stage', Value: 'live' },
      ],
    },
    { AllocatedUsageQuantity: 2 },
  ],
};

test('the last look lets pass what says the same', () => {
  expect(() => lastLook(JSON.stringify(good), allocated)).not.toThrow();
  const decimal = { ...good, UsageQuantity: undefined, UsageQuantityAsDecimal: '42.0' };
  expect(() => lastLook(JSON.stringify(decimal), allocated)).not.toThrow();
});

test.each([
  ['another product', { ProductCode: 'other' }],
  ['another dimension', { UsageDimension: 'Requests' }],
  ['the next hour', { Timestamp: record.timestamp / 1000 + 1 }],
  ['a timestamp as text', { Timestamp: '2026-03-01T10:59:59Z' }],
  ['no quantity, which AWS reads as zero', { UsageQuantity: undefined }],
  ['another quantity', { UsageQuantity: 41 }],
  ['both quantities', { UsageQuantityAsDecimal: '42' }],
  ['a dry run', { DryRun: true }],
  ['no client token', { ClientToken: undefined }],
  ['no allocations', { UsageAllocations: undefined }],
  ['an allocation without a quantity', { UsageAllocations: [good.UsageAllocations[0], {}] }],
  [
    'another allocation',
    { UsageAllocations: [{ ...good.UsageAllocations[0], AllocatedUsageQuantity: 39 }, { AllocatedUsageQuantity: 3 }] },
  ],
  ['other tags', { UsageAllocations: [{ AllocatedUsageQuantity: 40 }, { AllocatedUsageQuantity: 2 }] }],
])('the last look stops %s', (_title, change) => {
  expect(() => lastLook(JSON.stringify({ ...good, ...change }), allocated)).toThrow(LastLookError);
});

test('the last look stops a record whose allocations do not sum to its quantity', () => {
  const short = { ...allocated, quantity: '43' };
  expect(() => lastLook(JSON.stringify({ ...good, UsageQuantity: 43 }), short)).toThrow(/sum to 42/);
});
