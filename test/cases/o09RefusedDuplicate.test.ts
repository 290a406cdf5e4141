import { MeterUsageCommand } from '@aws-sdk/client-marketplace-metering';
import { expect, test } from '@jest/globals';
import { makeService } from '../wire/support/service.ts';
import { PRODUCT } from '../wire/support/stage.ts';
import { startEmulatedAws } from './support/emulatedAws.ts';

/** After the settle time and the last slot of a fleet. */
const PAST_ALL_SLOTS = 15;

test('O09 a refused duplicate is asked once, holds nobody else up, and its dimension goes on', async () => {
  await using aws = await startEmulatedAws();
  using service = await makeService(
    { origin: aws.origin },
    { dimensions: { data_gb: { meter: 'sum' }, requests: { meter: 'sum' }, users: { meter: 'sum' } } },
  );
  const task = await aws.launch('ecs');
  const env = aws.environmentOf(task);
  const first = aws.hour();
  await using one = await service.run({ env });
  await service.granted(one);
  expect(
    await service.report([
      { dimension: 'data_gb', quantity: 4 },
      { dimension: 'requests', quantity: 5 },
      { dimension: 'users', quantity: 6 },
    ]),
  ).toMatchObject({ status: 202 });
  // Somebody else in the same task meters the same hour.
  const other = aws.client(await aws.taskKeys(task));
  const Timestamp = new Date(aws.now());
  const usage = { ProductCode: PRODUCT, UsageDimension: 'data_gb', UsageQuantity: 99, Timestamp };
  await other.send(new MeterUsageCommand(usage));
  one.child.kill('SIGKILL');
  await one.ended;

  aws.advance(PAST_ALL_SLOTS);
  const second = aws.hour();
  await using two = await service.run({ env });
  await service.granted(two);
  const sumsOf = async (hour: string) =>
    Object.fromEntries(
      (await aws.records()).filter((record) => record.hour === hour).map((one) => [one.dimension, one.quantity]),
    );
  await two.until('the others have gone out', async () => Object.keys(await sumsOf(first)).length === 3);
  expect(await sumsOf(first)).toEqual({ data_gb: '99', requests: '5', users: '6' });
  expect((await service.report({ dimension: 'data_gb', quantity: 1 })).status).toBe(202);

  const conflict = {
    hour: `${first.slice(0, 13)}Z`,
    dimension: 'data_gb',
    quantity: '4',
    state: 'conflict',
    attempts: 1,
    lastAnswer: expect.stringContaining('DuplicateRequestException'),
  };
  expect((await service.status()).hours).toContainEqual(expect.objectContaining(conflict));
  await using shown = service.stage.start(['status'], { env });
  expect((await shown.ended).code).toBe(0);
  expect(shown.stdout()).toMatch(new RegExp(`${conflict.hour} +data_gb +4 +conflict `));
  expect(shown.stdout()).toContain('AWS holds another quantity than ours');
  two.child.kill('SIGKILL');
  await two.ended;

  aws.advance(PAST_ALL_SLOTS);
  await using three = await service.run({ env });
  await service.granted(three);
  await three.until('the next hour has gone out', async () => (await sumsOf(second))['data_gb'] !== undefined);
  expect(await sumsOf(second)).toEqual({ data_gb: '5' });
  expect((await service.status()).hours).toContainEqual(expect.objectContaining(conflict));
  three.child.kill('SIGTERM');
  expect((await three.ended).code).toBe(0);

  const calls = (await aws.meterings()).map(({ body, error }) => {
    const { UsageDimension, Timestamp: at, UsageQuantity } = JSON.parse(body) as Record<string, number | string>;
    return [`${new Date(Number(at) * 1_000).toISOString().slice(0, 13)}:00:00Z`, UsageDimension, UsageQuantity, error];
  });
  expect(calls).toEqual([
    [first, 'data_gb', 99, null],
    [first, 'data_gb', 4, 'DuplicateRequestException'],
    [first, 'requests', 5, null],
    [first, 'users', 6, null],
    [second, 'data_gb', 5, null],
  ]);
});
