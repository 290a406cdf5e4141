import { expect, test } from '@jest/globals';
import type { Clock } from '../../../src/agent/ports.ts';
import { refuses, says, startFakeAws } from '../../support/fakeAws.ts';
import { openTask, record } from './support.ts';

const DAY = 86_400_000;

/** The date that a request was signed with. */
const signedAt = (headers: Readonly<Record<string, string>> | undefined): number => {
  const [, y, m, d, time] = /^(\d{4})(\d\d)(\d\d)T(\d{6})Z$/.exec(headers?.['x-amz-date'] ?? '') ?? [];
  return Date.parse(`${y}-${m}-${d}T${time?.replace(/(..)(..)(..)/, '$1:$2:$3')}Z`);
};

test('requests are signed by the clock of the agent, not by that of the machine', async () => {
  await using aws = await startFakeAws();
  const wall = Date.parse('2031-05-06T07:08:09Z');
  const clock: Clock = { wall: () => wall, monotonic: () => 0 };
  const { marketplace } = await openTask(aws, { clock });
  await marketplace.meter(record);
  expect(signedAt(aws.calls('MeterUsage')[0]?.headers)).toBe(wall);
});

test('a wrong clock heals with the first answer of AWS', async () => {
  await using aws = await startFakeAws();
  const clock: Clock = { wall: () => Date.now() - 3 * DAY, monotonic: () => performance.now() };
  const { marketplace } = await openTask(aws, { clock });
  aws.next('MeterUsage', refuses('RequestTimeTooSkewed', 403));

  expect(await marketplace.meter(record)).toMatchObject({ kind: 'refusal', name: 'RequestTimeTooSkewed' });
  expect(await marketplace.meter(record)).toMatchObject({ kind: 'ok' });

  const [first, second] = aws.calls('MeterUsage').map(({ headers }) => signedAt(headers));
  expect(Math.round(((second ?? 0) - (first ?? 0)) / DAY)).toBe(3);
});

test('a clock that is set afterwards is believed again until AWS was heard', async () => {
  await using aws = await startFakeAws();
  let shift = 0;
  const clock: Clock = { wall: () => Date.now() + shift, monotonic: () => performance.now() };
  const { marketplace } = await openTask(aws, { clock });
  await marketplace.meter(record);
  shift = 2 * DAY;
  await marketplace.meter(record);
  const [first, second] = aws.calls('MeterUsage').map(({ headers }) => signedAt(headers));
  expect(Math.round(((second ?? 0) - (first ?? 0)) / DAY)).toBe(2);
});

test('the date is asked with one unsigned HEAD, and believed from AWS only', async () => {
  await using aws = await startFakeAws();
  const { marketplace } = await openTask(aws);
  const date = 'Sun, 01 Mar 2026 10:00:00 GMT';
  aws.next(
    'HEAD /',
    { do: 'answer', status: 404, headers: { date } },
    { do: 'answer', status: 200, headers: { date }, foreign: true },
    { do: 'cut' },
    { do: 'answer', status: 200, headers: { date, age: '7' } },
  );
  expect(await marketplace.date()).toBe(Date.parse(date));
  expect(await marketplace.date()).toBeUndefined();
  expect(await marketplace.date()).toBeUndefined();
  // Out of a cache: the Date is of the past.
  expect(await marketplace.date()).toBeUndefined();
  const heads = aws.calls('HEAD /');
  expect(heads).toHaveLength(4);
  expect(heads[0]?.headers['authorization']).toBeUndefined();
  expect(aws.calls('GET /credentials')).toEqual([]);
});

test('the answer tells when AWS gave it', async () => {
  await using aws = await startFakeAws();
  const { marketplace } = await openTask(aws);
  const date = 'Sun, 01 Mar 2026 10:00:00 GMT';
  aws.next('MeterUsage', { ...says({ MeteringRecordId: 'r' }), headers: { date } } as never);
  expect(await marketplace.meter(record)).toMatchObject({ kind: 'ok', date: Date.parse(date) });
});
