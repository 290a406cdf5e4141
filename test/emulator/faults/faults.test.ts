import { BatchMeterUsageCommand, MeterUsageCommand } from '@aws-sdk/client-marketplace-metering';
import { expect, test } from '@jest/globals';
import { emulate, outcomeOf, START, USAGE } from '../support.ts';

const usage = (UsageQuantity: number, hoursAgo = 0) =>
  new MeterUsageCommand({
    ProductCode: USAGE,
    UsageDimension: 'requests',
    Timestamp: new Date(START + 3_600_000 * (2 - hoursAgo)),
    UsageQuantity,
  });

/** The name of an error of AWS's, or that the connection was lost. */
const failureOf = async (call: Promise<unknown>): Promise<unknown> => {
  try {
    return await call;
  } catch (error) {
    // In jest's realm the SDK does not know Node's errors for errors and wraps them: only the text is left.
    const { name, message } = error as Error;
    return /ECONNRESET|socket hang up/.test(message) ? 'connection lost' : name;
  }
};

/** An emulator two hours after the launch of a task, so that several hours can be sent. */
const open = async () => {
  await using stack = new AsyncDisposableStack();
  const aws = await emulate({
    random: { bytes: (length) => crypto.getRandomValues(Buffer.alloc(length)), share: () => 0.5 },
  });
  stack.use(aws);
  const { launched } = await aws.task();
  await aws.admin('POST', 'clock', { advance: 2 * 3_600_000 });
  await aws.admin('POST', 'settings', { credentialLife: 24 * 3_600_000 });
  const client = aws.client(await aws.taskKeys(launched));
  const fault = (kind: string, more: object = {}) => aws.admin('POST', 'faults', { kind, ...more });
  const billed = async () =>
    (await aws.admin<{ usage: readonly { quantity: string }[] }>('GET', 'bill')).usage[0]?.quantity;
  const lastCall = async () => (await aws.admin<{ calls: readonly object[] }>('GET', 'calls')).calls.at(-1);
  const all = stack.move();
  return { aws, client, fault, billed, lastCall, launched, [Symbol.asyncDispose]: () => all.disposeAsync() };
};

test.each([
  ['throttle', {}, 'ThrottlingException'],
  ['error', { error: 'AccessDeniedException' }, 'AccessDeniedException'],
  ['error', {}, 'InternalServiceErrorException'],
  ['refuse', {}, 'connection lost'],
  ['cut-before', {}, 'connection lost'],
])('%s %j: nothing is stored, and the next call goes through', async (kind, more, name) => {
  await using world = await open();
  await world.fault(kind, { times: 1, ...more });
  expect(await failureOf(world.client.send(usage(5)))).toBe(name);
  expect(await world.billed()).toBeUndefined();
  expect(await world.lastCall()).toMatchObject({ fault: kind, stored: false });
  await world.client.send(usage(5));
  expect(await world.billed()).toBe('5');
});

test.each([
  ['cut-after', {}, 'connection lost'],
  ['error-after', { error: 'InternalServiceErrorException' }, 'InternalServiceErrorException'],
])('%s: stored, though the caller cannot know', async (kind, more, name) => {
  await using world = await open();
  await world.fault(kind, { times: 1, ...more });
  expect(await failureOf(world.client.send(usage(5)))).toBe(name);
  expect(await world.billed()).toBe('5');
  expect(await world.lastCall()).toMatchObject({ fault: kind, stored: true });
  expect(await world.client.send(usage(5))).toMatchObject({ MeteringRecordId: expect.any(String) });
  expect(await world.billed()).toBe('5');
});

test.each([
  ['hang', undefined],
  ['hang-after', '5'],
])('%s: silence until the caller gives up', async (kind, billed) => {
  await using world = await open();
  await world.fault(kind, { times: 1 });
  const leaving = new AbortController();
  const call = outcomeOf(world.client.send(usage(5), { abortSignal: leaving.signal }));
  // The call is on the list as soon as it is decided; a call that ends before is a failure, not a reason to wait.
  let isOver = false;
  const over = call.then(() => {
    isOver = true;
  });
  while (!isOver && ((await world.lastCall()) as { fault?: string } | undefined)?.fault !== kind);
  leaving.abort();
  await over;
  expect(await call).toBe('AbortError');
  expect(await world.billed()).toBe(billed);
});

test('html: what a proxy says instead of AWS, without a request id', async () => {
  await using world = await open();
  await world.fault('html', { status: 503 });
  const response = await fetch(world.aws.url, {
    method: 'POST',
    headers: { 'x-amz-target': 'AWSMPMeteringService.MeterUsage' },
  });
  expect([response.status, response.headers.get('content-type'), response.headers.get('x-amzn-requestid')]).toEqual([
    503,
    'text/html',
    null,
  ]);
});

test('no-id and no-request-id: a 200 that lacks what proves it', async () => {
  await using world = await open();
  await world.fault('no-id', { times: 1 });
  expect((await world.client.send(usage(5))).MeteringRecordId).toBeUndefined();
  await world.fault('no-request-id', { times: 1 });
  const answer = await world.client.send(usage(5));
  expect([answer.MeteringRecordId, answer.$metadata.requestId]).toEqual([expect.any(String), undefined]);
});

test('latency is added to whatever else happens', async () => {
  await using world = await open();
  await world.fault('latency', { latency: 20, times: 1 });
  await world.fault('throttle', { times: 1 });
  expect(await outcomeOf(world.client.send(usage(5)))).toBe('ThrottlingException');
  expect(await world.lastCall()).toMatchObject({ fault: 'latency+throttle' });
});

test('a fault for a number of calls, for a time, for one operation, for one resource, for a share', async () => {
  await using world = await open();
  const send = () => outcomeOf(world.client.send(usage(5)));
  const accepted = { MeteringRecordId: expect.any(String) };
  await world.fault('throttle', { times: 2 });
  expect([await send(), await send(), await send()]).toEqual([
    'ThrottlingException',
    'ThrottlingException',
    expect.objectContaining(accepted),
  ]);

  await world.fault('throttle', { for: 60_000 });
  expect(await send()).toBe('ThrottlingException');
  await world.aws.admin('POST', 'clock', { advance: 60_000 });
  expect(await send()).toMatchObject(accepted);

  await world.fault('throttle', { operation: 'RegisterUsage' });
  await world.fault('throttle', { resource: 'another' });
  await world.fault('throttle', { share: 0.5 });
  expect(await send()).toMatchObject(accepted);
  await world.fault('throttle', { resource: world.launched.resource.id });
  expect(await send()).toBe('ThrottlingException');
  expect(await world.aws.admin('DELETE', 'faults')).toMatchObject({ cleared: 4 });
  expect(await send()).toMatchObject(accepted);
});

test('the credential endpoint and STS can fail in their own manner', async () => {
  await using world = await open();
  await world.fault('throttle', { operation: 'credentials', times: 1 });
  const credentials = world.launched.environment['AWS_CONTAINER_CREDENTIALS_FULL_URI'] ?? '';
  expect([(await fetch(credentials)).status, (await fetch(credentials)).status]).toEqual([429, 200]);
  await world.fault('error', { operation: 'sts', error: 'IDPCommunicationError' });
  const answer = await fetch(world.aws.url, {
    method: 'POST',
    body: new URLSearchParams({ Action: 'AssumeRoleWithWebIdentity' }),
  });
  expect([answer.status, await answer.text()]).toEqual([
    400,
    expect.stringContaining('<Code>IDPCommunicationError</Code>'),
  ]);
});

test('what is no fault is refused by the admin route', async () => {
  await using world = await open();
  for (const body of [
    { kind: 'nope' },
    { kind: 'error', error: 'NoSuchException' },
    { kind: 'throttle', share: 2 },
    { kind: 'throttle', extra: 1 },
  ]) {
    const response = await fetch(`${world.aws.url}/admin/faults`, { method: 'POST', body: JSON.stringify(body) });
    expect(response.status).toBe(422);
  }
});

test('unprocessed: a batch comes back to be sent again', async () => {
  await using aws = await emulate();
  await aws.admin('POST', 'faults', { kind: 'unprocessed', times: 1 });
  const seller = aws.client({
    accessKeyId: 'AKIAI44QH8DHBEXAMPLE',
    secretAccessKey: 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY',
  });
  const send = () =>
    seller.send(
      new BatchMeterUsageCommand({
        ProductCode: '5saasproductcode00example01',
        UsageRecords: [
          { Timestamp: new Date(START), CustomerIdentifier: 'ExampleCust1', Dimension: 'requests', Quantity: 5 },
        ],
      }),
    );
  expect(await send()).toMatchObject({ Results: [], UnprocessedRecords: [{ Quantity: 5 }] });
  expect(await aws.admin('GET', 'records')).toEqual({ schema: 1, records: [] });
  expect(await send()).toMatchObject({ Results: [{ Status: 'Success' }], UnprocessedRecords: [] });
});

test('a call that was not performed shows no answer of AWS', async () => {
  await using world = await open();
  await world.fault('cut-before', { times: 1 });
  await failureOf(world.client.send(usage(5)));
  expect(await world.lastCall()).toMatchObject({ status: null, error: 'cut', answer: null });
  await world.fault('cut-after', { times: 1 });
  await failureOf(world.client.send(usage(5)));
  expect(await world.lastCall()).toMatchObject({
    status: null,
    error: 'cut',
    answer: { MeteringRecordId: expect.any(String) },
  });
});

test('a fault without an operation waits for a call of the metering service; all means all', async () => {
  await using world = await open();
  const credentials = world.launched.environment['AWS_CONTAINER_CREDENTIALS_FULL_URI'] ?? '';
  await world.fault('throttle', { times: 1 });
  await world.fault('error', { error: 'IDPCommunicationError' });
  expect((await fetch(credentials)).status).toBe(200);
  expect(await failureOf(world.client.send(usage(5)))).toBe('ThrottlingException');
  expect(await failureOf(world.client.send(usage(5)))).toMatchObject({ MeteringRecordId: expect.any(String) });
  await world.fault('throttle', { operation: 'all' });
  expect((await fetch(credentials)).status).toBe(429);
  expect((await fetch(world.aws.url, { method: 'HEAD' })).status).toBe(429);
});

test('a fault that makes no sense for a service does it no harm', async () => {
  await using world = await open();
  await world.fault('no-id', { operation: 'all' });
  await world.fault('unprocessed', { operation: 'all' });
  const answer = await fetch(world.aws.url, {
    method: 'POST',
    body: new URLSearchParams({ Action: 'GetCallerIdentity' }),
  });
  expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('MissingAuthenticationToken')]);
  const credentials = world.launched.environment['AWS_CONTAINER_CREDENTIALS_FULL_URI'] ?? '';
  expect(await (await fetch(credentials)).json()).toMatchObject({ AccessKeyId: expect.any(String) });
});
