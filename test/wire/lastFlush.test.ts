import { expect, test } from '@jest/globals';
import { no, startScriptedAws } from '../support/scriptedAws.ts';
import { makeBooks, sent } from './support/books.ts';
import { makeService } from './support/service.ts';

const terms = { shutdown: { grace: '5s', drain: '3s' } };

test.concurrent('SIGTERM sends the open hour with the time of now, once, and ends with 0', async () => {
  await using aws = await startScriptedAws();
  const books = makeBooks();
  aws.script('MeterUsage', books.store);
  using service = await makeService(aws);
  await using program = await service.run();
  await service.granted(program);
  const answer = await service.report([
    { dimension: 'requests', quantity: 40, id: 'a' },
    { dimension: 'requests', quantity: '2', id: 'b' },
    { dimension: 'users', quantity: 3 },
  ]);
  expect(answer.status).toBe(202);
  expect(await answer.json()).toMatchObject({ accepted: 3, duplicates: 0, late: 0 });
  expect(aws.calls('MeterUsage')).toHaveLength(0);
  const before = Date.now();
  program.child.kill('SIGTERM');
  expect((await program.ended).code).toBe(0);
  expect(books.total('requests')).toBe(42);
  expect(books.total('users')).toBe(3);
  const calls = aws.calls('MeterUsage').map(sent);
  expect(calls).toHaveLength(2);
  for (const { Timestamp, ProductCode, ClientToken } of calls) {
    expect(ProductCode).toBe('4w1vgsrkqdkypbz43g7qkk4uz');
    expect(ClientToken).toMatch(/^[0-9a-f]{64}$/);
    expect(Math.abs(Timestamp * 1000 - before)).toBeLessThan(60_000);
    expect(Timestamp * 1000).toBeLessThanOrEqual(Date.now());
  }
});

test.concurrent('lost answers end with 75; the restart sends the same bytes and is billed once', async () => {
  await using aws = await startScriptedAws();
  const books = makeBooks();
  aws.script('MeterUsage', books.lose);
  using service = await makeService(aws, terms);
  await using first = await service.run();
  await service.granted(first);
  expect((await service.report({ dimension: 'requests', quantity: 7, id: 'once' })).status).toBe(202);
  first.child.kill('SIGTERM');
  expect((await first.ended).code).toBe(75);
  expect(first.stderr()).toMatch(/requests.*AWS may have it/);
  const lost = aws.calls('MeterUsage').length;
  expect(lost).toBeGreaterThan(0);

  aws.script('MeterUsage', books.store);
  await using second = await service.run();
  await service.granted(second);
  expect(await (await service.report({ dimension: 'requests', quantity: 7, id: 'once' })).json()).toMatchObject({
    duplicates: 1,
  });
  second.child.kill('SIGTERM');
  expect((await second.ended).code).toBe(0);
  expect(aws.calls('MeterUsage').length).toBeGreaterThan(lost);
  expect(new Set(aws.calls('MeterUsage').map(({ body }) => body)).size).toBe(1);
  expect(books.total('requests')).toBe(7);
});

test.concurrent('AWS away at the end: 75, nothing lost, and the restart delivers it', async () => {
  await using aws = await startScriptedAws();
  const books = makeBooks();
  aws.script('MeterUsage', no('ThrottlingException'));
  using service = await makeService(aws, terms);
  await using first = await service.run();
  await service.granted(first);
  await service.report({ dimension: 'users', quantity: 11 });
  first.child.kill('SIGTERM');
  expect((await first.ended).code).toBe(75);
  expect(books.total('users')).toBe(0);

  aws.script('MeterUsage', books.store);
  await using second = await service.run();
  await service.granted(second);
  second.child.kill('SIGTERM');
  expect((await second.ended).code).toBe(0);
  expect(books.total('users')).toBe(11);
});

test.concurrent('usage after the flushed hour counts in the next one, and nothing is sent for it twice', async () => {
  await using aws = await startScriptedAws();
  const books = makeBooks();
  aws.script('MeterUsage', books.store);
  using service = await makeService(aws, terms);
  await using first = await service.run();
  await service.granted(first);
  await service.report({ dimension: 'requests', quantity: 5 });
  first.child.kill('SIGTERM');
  expect((await first.ended).code).toBe(0);

  await using second = await service.run();
  await service.granted(second);
  expect((await service.report({ dimension: 'requests', quantity: 6 })).status).toBe(202);
  second.child.kill('SIGTERM');
  // Over the edge of an hour between the two there is nothing to see.
  if (Object.keys(books.bill()).some((hour) => !hour.startsWith(new Date().toISOString().slice(0, 13)))) return;
  // The hour's one record is used up: what came later waits in the ledger for the next hour.
  expect((await second.ended).code).toBe(75);
  expect(books.total('requests')).toBe(5);
  expect(aws.calls('MeterUsage')).toHaveLength(1);
});

/** Reports nine through the door that the wrapper hands over, then ends. */
const reportsAndEnds = (code: number): readonly string[] => [
  process.execPath,
  '-e',
  `
    const { readFileSync } = require('node:fs');
    const authorization = 'Bearer ' + readFileSync(process.env.TOLLGATE_TOKEN_FILE, 'utf8').trim();
    const headers = { authorization, 'content-type': 'application/json' };
    const body = JSON.stringify({ dimension: 'requests', quantity: 9 });
    fetch(process.env.TOLLGATE_URL + '/v1/usage', { method: 'POST', headers, body })
      .then((answer) => process.exit(answer.status === 202 ? ${code} : 1));
  `,
];

test.concurrent('exec: the last reports of a product that ends are sent', async () => {
  await using aws = await startScriptedAws();
  const books = makeBooks();
  aws.script('MeterUsage', books.store);
  using service = await makeService(aws);
  await using program = service.stage.exec(reportsAndEnds(0));
  expect((await program.ended).code).toBe(0);
  expect(books.total('requests')).toBe(9);
});

test.concurrent("exec: a crash keeps the hour for the restart, and the exit code is the product's", async () => {
  await using aws = await startScriptedAws();
  const books = makeBooks();
  aws.script('MeterUsage', books.store);
  using service = await makeService(aws);
  await using crashed = service.stage.exec(reportsAndEnds(33));
  expect((await crashed.ended).code).toBe(33);
  expect(books.total('requests')).toBe(0);
  await using restarted = service.stage.exec(reportsAndEnds(0));
  expect((await restarted.ended).code).toBe(0);
  expect(books.total('requests')).toBe(18);
});
