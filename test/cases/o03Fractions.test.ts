import { expect, test } from '@jest/globals';
import { Decimal } from 'decimal.js';
import { format } from '../../src/agent/core/usage/quantity.ts';
import { startScriptedAws } from '../support/scriptedAws.ts';
import { startWorld, sumOf } from '../support/tollWorld.ts';
import { makeBooks } from '../wire/support/books.ts';
import { ask, makeService, type Service } from '../wire/support/service.ts';
import { exported } from './support/exported.ts';

const LONG = '0.1234567890123456789';

/** A body as its source text: what a JSON number says must reach the door digit for digit. */
const postText = ({ door }: Service, body: string): Promise<Response> =>
  ask(`${door}/v1/usage`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });

const reports = (count: number, dimension: string, quantity: (index: number) => string): string =>
  `[${Array.from({ length: count }, (_, index) => `{"dimension":"${dimension}","quantity":${quantity(index)}}`)}]`;

test.concurrent('O03 tenths and nineteen decimals add up exactly, as numbers or texts, over a restart', async () => {
  await using aws = await startScriptedAws();
  const books = makeBooks();
  aws.script('MeterUsage', books.store);
  using service = await makeService(aws, { shutdown: { grace: '6s', drain: '4s' } });
  const mixed = (text: string) => (index: number) => (index % 2 === 0 ? text : `"${text}"`);
  await using first = await service.run();
  await service.granted(first);
  for (let batch = 0; batch < 5; batch += 1)
    expect((await postText(service, reports(1_000, 'requests', mixed('0.1')))).status).toBe(202);
  expect((await postText(service, reports(5, 'users', mixed(LONG)))).status).toBe(202);
  first.child.kill('SIGKILL');
  await first.ended;
  await using second = await service.run();
  await service.granted(second);
  for (let batch = 0; batch < 5; batch += 1)
    expect((await postText(service, reports(1_000, 'requests', mixed('0.1')))).status).toBe(202);
  expect((await postText(service, reports(5, 'users', mixed(LONG)))).status).toBe(202);

  const counted = (await exported(service)).map(({ dimension, counted: count }) => [dimension, count]);
  expect(Object.fromEntries(counted)).toEqual({ requests: '1000', users: '1.234567890123456789' });
  second.child.kill('SIGTERM');
  expect((await second.ended).code).toBe(0);
  expect(books.total('requests')).toBe(1000);
  expect(books.total('users')).toBe(1);
  const after = Object.fromEntries((await exported(service)).map((line) => [line['dimension'], line]));
  expect(after).toMatchObject({
    requests: { quantity: '1000', carried_out: '0' },
    users: { quantity: '1', carried_out: '0.234567890123456789' },
  });
});

test.concurrent('O03 a digit too many is refused by index and limit, never rounded, and nothing of the batch counts', async () => {
  await using aws = await startScriptedAws();
  using service = await makeService(aws);
  await using program = await service.run();
  await service.granted(program);
  const tooFine = '0.123456789012345678901';
  for (const quantity of [tooFine, `"${tooFine}"`, `1${'0'.repeat(30)}`]) {
    const answer = await postText(
      service,
      `[{"dimension":"users","quantity":1},{"dimension":"users","quantity":${quantity}}]`,
    );
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({
      errors: [{ index: 1, field: 'quantity', reason: 'has more than 30 digits before or 20 behind the point' }],
    });
  }
  expect(await exported(service)).toEqual([]);
});

test('O03 what is left of a unit is carried digit for digit over two hours and a crash', async () => {
  const world = await startWorld({ now: '2026-03-01T10:10:00Z', dimensions: [sumOf('users')] });
  let exact = new Decimal(0);
  Decimal.set({ precision: 60 });
  const use = async (texts: readonly string[]): Promise<void> => {
    for (const text of texts) {
      await world.report('users', text);
      exact = exact.plus(text);
    }
  };
  const billed = (): Decimal =>
    [10, 11, 12].reduce(
      (total, hour) => total.plus(String(world.line('users', hour)?.['quantity'] ?? 0)),
      new Decimal(0),
    );
  const carried = (hour: number): Decimal => new Decimal(String(world.line('users', hour)?.['carried_out']));
  await use(Array.from({ length: 10 }, () => LONG));
  await world.advanceTo('11:20');
  await world.crash();
  expect(world.line('users', 10)).toMatchObject({ quantity: '1', carried_out: '0.234567890123456789' });
  await use(['0.00000000000000000001', '7.99999999999999999999', '0.6']);
  await world.crash();
  await world.advanceTo('12:20');
  expect(billed().plus(carried(11)).eq(exact)).toBe(true);
  await use([LONG]);
  await world.advanceTo('13:20');
  expect(exact.toFixed()).toBe('9.9580246791358024679');
  expect(billed().toFixed()).toBe('9');
  const { ok, accounts } = world.check();
  expect(ok).toBe(true);
  expect(accounts.map(({ carry }) => format(carry))).toEqual(['0.9580246791358024679']);
});
