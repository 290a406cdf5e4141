import { MeterUsageCommand, RegisterUsageCommand } from '@aws-sdk/client-marketplace-metering';
import { expect, test } from '@jest/globals';
import type { Incoming } from '../../../src/emulator/wire/http.ts';
import { emulate, HOURLY, outcomeOf, START, USAGE } from '../support.ts';

const usage = (UsageQuantity: number, more: object = {}) =>
  new MeterUsageCommand({
    ProductCode: USAGE,
    UsageDimension: 'requests',
    Timestamp: new Date(START),
    UsageQuantity,
    ...more,
  });

test('the real client meters, is billed, and every call is on the list with its bytes', async () => {
  await using aws = await emulate();
  const { client, launched } = await aws.task();
  const answer = await client.send(usage(17, { ClientToken: 'token-1' }));
  expect(answer).toMatchObject({
    MeteringRecordId: expect.any(String),
    $metadata: { httpStatusCode: 200, requestId: expect.any(String) },
  });
  expect(await outcomeOf(client.send(usage(18)))).toBe('DuplicateRequestException');

  expect(await aws.admin('GET', 'bill')).toEqual({
    schema: 1,
    usage: [
      {
        account: '111122223333',
        product: USAGE,
        dimension: 'requests',
        quantity: '17',
        records: 1,
        hours: [{ hour: '2026-03-01T10:00:00Z', resource: launched.resource.id, quantity: '17' }],
      },
    ],
    registered: [],
  });
  expect(await aws.admin('GET', 'records')).toMatchObject({
    records: [
      { recordId: answer.MeteringRecordId, clientToken: 'token-1', acceptedAt: '2026-03-01T10:00:00Z', dryRun: false },
    ],
  });
  const { calls } = await aws.admin<{ calls: readonly { body: string }[] }>('GET', 'calls?operation=MeterUsage');
  expect(calls).toMatchObject([
    {
      operation: 'MeterUsage',
      status: 200,
      error: null,
      stored: true,
      fault: null,
      resource: launched.resource.id,
      source: 'taskRole',
    },
    { operation: 'MeterUsage', status: 400, error: 'DuplicateRequestException', stored: false },
  ]);
  expect(JSON.parse(calls[0]?.body ?? '')).toEqual({
    ProductCode: USAGE,
    UsageDimension: 'requests',
    Timestamp: START / 1000,
    UsageQuantity: 17,
    ClientToken: 'token-1',
  });
});

test('the real client registers and reads the rotation of the key', async () => {
  await using aws = await emulate();
  const { client } = await aws.task();
  const register = () =>
    client.send(new RegisterUsageCommand({ ProductCode: HOURLY, PublicKeyVersion: 1, Nonce: 'n' }));
  const before = await register();
  expect(before.Signature).toMatch(/^eyJhbGciOiJQUzI1Ni/);
  expect(before.PublicKeyRotationTimestamp).toBeUndefined();
  await aws.admin('POST', 'rotate-key', { product: HOURLY });
  expect((await register()).PublicKeyRotationTimestamp).toEqual(new Date(START));
  expect(await aws.admin('GET', `keys?product=${HOURLY}`)).toMatchObject({
    keys: [
      { version: 1, rotatedAt: '2026-03-01T10:00:00Z' },
      { version: 2, rotatedAt: null, pem: expect.stringContaining('BEGIN PUBLIC KEY') },
    ],
  });
});

test('requests for one hour that come in the same instant: one is stored', async () => {
  await using aws = await emulate();
  const keys = await aws.taskKeys(await aws.launch('ecs'));
  // The real client signs eight requests; then all of them enter the emulator in one turn of the loop.
  const signed: Incoming[] = [];
  const client = aws.direct(keys, {
    pass: async (incoming) => {
      signed.push(incoming);
      return { status: 200, headers: {}, body: '{}' };
    },
  });
  for (const quantity of [1, 2, 3, 4, 5, 6, 7, 8]) await client.send(usage(quantity));
  const outcomes = await Promise.all(signed.map(aws.emulator.handle));
  const statuses = outcomes.map((outcome) => (typeof outcome === 'string' ? outcome : outcome.status));
  expect(statuses.toSorted()).toEqual([200, 400, 400, 400, 400, 400, 400, 400]);
  const bill = await aws.admin('GET', 'bill');
  expect(bill).toMatchObject({ usage: [{ records: 1 }] });
  const { calls } = await aws.admin<{ calls: readonly { stored: boolean }[] }>('GET', 'calls?operation=MeterUsage');
  expect(calls.filter(({ stored }) => stored)).toHaveLength(1);
});

test('a body that is no text is kept byte for byte', async () => {
  await using aws = await emulate();
  const body = Buffer.from([0x7b, 0xff, 0x00, 0x7d]);
  await fetch(aws.url, { method: 'POST', headers: { 'x-amz-target': 'AWSMPMeteringService.MeterUsage' }, body });
  expect(await aws.admin('GET', 'calls')).toMatchObject({ calls: [{ bodyBase64: body.toString('base64') }] });
});

test('above the quota the client is told at HTTP 400, and nothing is stored', async () => {
  await using aws = await emulate();
  const { client } = await aws.task();
  const outcomes = await Promise.all(Array.from({ length: 12 }, () => outcomeOf(client.send(usage(1)))));
  expect(outcomes.filter((outcome) => outcome === 'ThrottlingException')).toHaveLength(2);
  await aws.admin('POST', 'clock', { advance: 1000 });
  expect(await outcomeOf(client.send(usage(1)))).toMatchObject({ MeteringRecordId: expect.any(String) });
});

test('a request that names nothing gets a request id and the time of AWS', async () => {
  await using aws = await emulate();
  for (const method of ['HEAD', 'GET']) {
    const response = await fetch(aws.url, { method });
    expect(response.status).toBe(404);
    expect(response.headers.get('date')).toBe('Sun, 01 Mar 2026 10:00:00 GMT');
    expect(response.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
  }
});

test('an error is on the wire as JSON 1.1 has it', async () => {
  await using aws = await emulate();
  const response = await fetch(aws.url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSMPMeteringService.MeterUsage' },
    body: '{}',
  });
  expect(response.status).toBe(403);
  expect(response.headers.get('content-type')).toBe('application/x-amz-json-1.1');
  expect(response.headers.get('x-amzn-errortype')).toBe('MissingAuthenticationTokenException');
  expect(await response.json()).toEqual({
    __type: 'com.amazonaws.marketplacemetering#MissingAuthenticationTokenException',
    message: 'Missing Authentication Token',
  });
});

test('another protocol is refused in so many words', async () => {
  await using aws = await emulate();
  const response = await fetch(aws.url, {
    method: 'POST',
    headers: { 'content-type': 'application/cbor', 'x-amz-target': 'AWSMPMeteringService.MeterUsage' },
  });
  expect([response.status, await response.text()]).toEqual([415, expect.stringContaining('JSON 1.1 only')]);
});
