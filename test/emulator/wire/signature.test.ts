import { MeterUsageCommand, ResolveCustomerCommand } from '@aws-sdk/client-marketplace-metering';
import { expect, test } from '@jest/globals';
import { emulate, outcomeOf, START, USAGE } from '../support.ts';

const usage = () =>
  new MeterUsageCommand({
    ProductCode: USAGE,
    UsageDimension: 'requests',
    Timestamp: new Date(START),
    UsageQuantity: 1,
  });

const open = async () => {
  await using stack = new AsyncDisposableStack();
  const aws = stack.use(await emulate());
  const keys = await aws.taskKeys(await aws.launch('ecs'));
  const send = (credentials: typeof keys, region?: string) => outcomeOf(aws.client(credentials, region).send(usage()));
  const all = stack.move();
  return { aws, keys, send, [Symbol.asyncDispose]: () => all.disposeAsync() };
};

test('a wrong secret is a wrong signature', async () => {
  await using world = await open();
  expect(await world.send({ ...world.keys, secretAccessKey: 'wrong' })).toBe('InvalidSignatureException');
});

test('an unknown key, and a token that is not of the key, are not recognized', async () => {
  await using world = await open();
  const { accessKeyId, secretAccessKey } = world.keys;
  expect(await world.send({ ...world.keys, accessKeyId: 'ASIAUNKNOWN' })).toBe('UnrecognizedClientException');
  expect(await world.send({ ...world.keys, sessionToken: 'wrong' })).toBe('UnrecognizedClientException');
  expect(await world.send({ accessKeyId, secretAccessKey })).toBe('UnrecognizedClientException');
});

test('credentials end, by the clock of AWS', async () => {
  await using world = await open();
  await world.aws.admin('POST', 'clock', { advance: 3_600_000 - 1 });
  expect(await world.send(world.keys)).toMatchObject({ MeteringRecordId: expect.any(String) });
  await world.aws.admin('POST', 'clock', { advance: 1 });
  expect(await world.send(world.keys)).toBe('ExpiredTokenException');
});

test.each([
  [
    'behind',
    5 * 60_000 + 1000,
    /^Signature expired: 20260301T\d{6}Z is now earlier than 20260301T\d{6}Z \(20260301T100501Z - 5 min\.\)$/,
  ],
  [
    'ahead',
    -5 * 60_000 - 1000,
    /^Signature not yet current: 20260301T\d{6}Z is still later than 20260301T\d{6}Z \(20260301T095459Z \+ 5 min\.\)$/,
  ],
])('a caller whose clock is more than five minutes %s is told both times', async (_way, shift, text) => {
  await using world = await open();
  const client = world.aws.client(world.keys);
  await world.aws.admin('POST', 'clock', { advance: shift });
  await expect(client.send(usage())).rejects.toMatchObject({
    name: 'InvalidSignatureException',
    message: expect.stringMatching(text),
    $metadata: { httpStatusCode: 403 },
  });
});

test('the Region is that of the signature', async () => {
  await using world = await open();
  expect(await world.send(world.keys, 'eu-west-1')).toBe('InvalidEndpointRegionException');
});

test('a changed body does not fit its signature', async () => {
  await using world = await open();
  const client = world.aws.client(world.keys);
  client.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { body: Uint8Array };
      const text = new TextDecoder().decode(request.body);
      request.body = Buffer.from(text.replace('"UsageQuantity":1', '"UsageQuantity":2'));
      return next(args);
    },
    { step: 'deserialize', priority: 'low' },
  );
  expect(await outcomeOf(client.send(usage()))).toBe('InvalidSignatureException');
});

test('long-term keys authenticate; what they may is another matter', async () => {
  await using world = await open();
  const seller = { accessKeyId: 'AKIAI44QH8DHBEXAMPLE', secretAccessKey: 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY' };
  const developer = {
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  };
  expect(await world.send(developer)).toBe('PlatformNotSupportedException');
  expect(
    await world.aws
      .client(seller)
      .send(new ResolveCustomerCommand({ RegistrationToken: 'registration-token-example' })),
  ).toMatchObject({ CustomerIdentifier: 'ExampleCust1' });
});

const post = (url: string, headers: Record<string, string>) =>
  fetch(url, { method: 'POST', headers: { 'x-amz-target': 'AWSMPMeteringService.MeterUsage', ...headers } });

test.each([
  ['no scheme of ours', { authorization: 'Bearer x' }, 'IncompleteSignatureException'],
  [
    'no date',
    {
      authorization:
        'AWS4-HMAC-SHA256 Credential=a/20260301/us-east-1/aws-marketplace/aws4_request, SignedHeaders=host, Signature=0',
    },
    'IncompleteSignatureException',
  ],
  [
    'another service',
    {
      authorization:
        'AWS4-HMAC-SHA256 Credential=a/20260301/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0',
      'x-amz-date': '20260301T100000Z',
    },
    'InvalidSignatureException',
  ],
])('an authorization with %s is refused', async (_what, headers, name) => {
  await using aws = await emulate();
  const response = await post(aws.url, headers);
  expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([403, name]);
});

test('a host of AWS names its Region, and the signature must be for it', async () => {
  await using world = await open();
  const statusAt = (host: string, region: string): Promise<unknown> =>
    outcomeOf(world.aws.direct(world.keys, { host, region }).send(usage()));
  expect(await statusAt('metering.marketplace.us-east-1.amazonaws.com', 'us-east-1')).toMatchObject({
    MeteringRecordId: expect.any(String),
  });
  expect(await statusAt('metering-marketplace.us-east-1.api.aws', 'us-east-1')).toMatchObject({
    MeteringRecordId: expect.any(String),
  });
  expect(await statusAt('metering.marketplace.us-east-1.amazonaws.com', 'eu-west-1')).toBe('InvalidSignatureException');
});
