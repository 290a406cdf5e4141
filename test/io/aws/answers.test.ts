import { expect, test } from '@jest/globals';
import { type Act, refuses, says, startFakeAws } from '../../support/fakeAws.ts';
import { openTask, record } from './support.ts';

const HTML = '<html><body>Please log in</body></html>';
const html = (status: number, headers: Readonly<Record<string, string>> = {}): Act => ({
  do: 'answer',
  status,
  text: HTML,
  foreign: true,
  headers: { 'content-type': 'text/html', ...headers },
});

const meterOnce = async (act: Act) => {
  await using aws = await startFakeAws();
  const { marketplace } = await openTask(aws);
  aws.next('MeterUsage', act);
  const answer = await marketplace.meter(record);
  expect(aws.calls('MeterUsage')).toHaveLength(1);
  return answer;
};

test.each([200, 403, 407, 502])('a page of somebody else with %d is not from AWS', async (status) => {
  const answer = await meterOnce(html(status));
  expect(answer).toMatchObject({ kind: 'foreign', status });
  expect(JSON.stringify(answer)).not.toContain('Please log in');
});

const FOREIGN: readonly (readonly [string, Act])[] = [
  ['a record without a request id', { do: 'answer', json: { MeteringRecordId: 'r' }, foreign: true }],
  [
    'a refusal without a request id',
    { do: 'answer', status: 400, json: { __type: 'ThrottlingException' }, foreign: true },
  ],
  ['a page that bears a request id', html(200, { 'x-amzn-requestid': 'r' })],
  ['a page that refuses and bears a request id', html(403, { 'x-amzn-requestid': 'r' })],
  ['an empty body', { do: 'answer', text: '' }],
  ['a list', { do: 'answer', json: [] }],
  ['broken JSON', { do: 'answer', text: '{"MeteringRecordId":' }],
  ['a move', { do: 'answer', status: 307, json: {}, headers: { location: 'http://127.0.0.1:9/' } }],
];

test.each(FOREIGN)('not an answer of AWS: %s', async (_title, act) => {
  expect((await meterOnce(act)).kind).toBe('foreign');
});

test('a record id is a receipt, also under another content type', async () => {
  const act: Act = { do: 'answer', json: { MeteringRecordId: 'r' }, headers: { 'content-type': 'text/plain' } };
  expect(await meterOnce(act)).toMatchObject({ kind: 'ok', body: { recordId: 'r' }, requestId: expect.any(String) });
});

test('yes without a record id says so', async () => {
  expect(await meterOnce(says({}))).toMatchObject({ kind: 'ok', body: { recordId: undefined } });
  for (const MeteringRecordId of [7, ''])
    expect(await meterOnce(says({ MeteringRecordId }))).toMatchObject({ kind: 'ok', body: { recordId: undefined } });
});

/** Names in the SDK's model and names that are in no model, as AWS sends them. */
test.each([
  ['ThrottlingException', 400],
  ['DuplicateRequestException', 400],
  ['ExpiredTokenException', 400],
  ['InternalServiceErrorException', 500],
  ['UnauthorizedException', 403],
  ['DryRunOperation', 412],
  ['InvalidSignatureException', 403],
  ['ValidationException', 400],
  ['AccessDeniedException', 403],
  ['RequestTimeoutException', 408],
  ['ServiceUnavailable', 503],
  ['NeverHeardOfException', 400],
])('AWS says no by name: %s', async (name, status) => {
  expect(await meterOnce(refuses(name, status, 'because'))).toMatchObject({
    kind: 'refusal',
    name,
    status,
    message: 'because',
    requestId: expect.any(String),
    date: expect.any(Number),
  });
});

test('the name is read from the header and without its namespace, and the message in either spelling', async () => {
  const act: Act = {
    do: 'answer',
    status: 400,
    json: { Message: 'slow down' },
    headers: {
      'x-amzn-errortype': 'ThrottlingException:http://internal.amazon.com/coral/com.amazon.coral.availability/',
    },
  };
  expect(await meterOnce(act)).toMatchObject({ kind: 'refusal', name: 'ThrottlingException', message: 'slow down' });
});

test('a refusal may be all in its headers', async () => {
  const headers = { 'x-amzn-errortype': 'ThrottlingException' };
  const refusal = await meterOnce({ do: 'answer', status: 400, text: '', headers });
  expect(refusal).toMatchObject({ kind: 'refusal', name: 'ThrottlingException', status: 400 });
  expect((await meterOnce({ do: 'answer', status: 200, text: '', headers })).kind).toBe('foreign');
});

test('a refusal without a name is still a refusal', async () => {
  const answer = await meterOnce({ do: 'answer', status: 403, json: { Message: 'no' } });
  expect(answer).toMatchObject({ kind: 'refusal', status: 403, message: 'no' });
});

test('a registration without a signature is not from AWS', async () => {
  await using aws = await startFakeAws();
  const { marketplace } = await openTask(aws);
  aws.next('RegisterUsage', says({}), says({ Signature: 's', PublicKeyRotationTimestamp: 1_767_225_600 }));
  const ask = { productCode: 'product123', keyVersion: 2, nonce: 'n' };
  expect(await marketplace.register(ask)).toMatchObject({ kind: 'foreign' });
  expect(await marketplace.register(ask)).toMatchObject({ body: { keyRotation: 1_767_225_600_000 } });
  expect(JSON.parse(aws.calls('RegisterUsage')[1]?.body ?? '')).toEqual({
    ProductCode: 'product123',
    PublicKeyVersion: 2,
    Nonce: 'n',
  });
});

test('a dry run asks for permission with nothing to store', async () => {
  await using aws = await startFakeAws();
  const { marketplace } = await openTask(aws);
  const ask = { productCode: 'product123', dimension: 'requests', timestamp: 1_767_225_600_999 };
  expect(await marketplace.dryRun(ask)).toMatchObject({ kind: 'ok', body: null });
  expect(JSON.parse(aws.calls('MeterUsage')[0]?.body ?? '')).toMatchObject({
    DryRun: true,
    UsageQuantity: 0,
    Timestamp: 1_767_225_600,
    UsageDimension: 'requests',
  });
});
