import { expect, test } from '@jest/globals';
import { no, type Reply, startScriptedAws } from '../support/scriptedAws.ts';
import { makeBooks } from '../wire/support/books.ts';
import { ask, makeService } from '../wire/support/service.ts';

const BUSY: Reply = { do: 'answer', status: 429, body: '{"message":"too many requests"}', type: 'application/json' };
const DIMENSIONS = Array.from({ length: 22 }, (_, index) => `dimension_${index}`);

/** Three minutes of it are played by checks/moved-clock. */
test('O29 a credential endpoint that answers 429 is trouble, asked at most once a second; its answer then serves every call', async () => {
  await using aws = await startScriptedAws();
  const books = makeBooks();
  aws.script('MeterUsage', books.store);
  const asked: number[] = [];
  aws.script('GET /credentials', () => {
    asked.push(performance.now());
    return BUSY;
  });
  using service = await makeService(aws, {
    gate: { patience: '60s' },
    shutdown: { grace: '40s', drain: '36s' },
    dimensions: Object.fromEntries(DIMENSIONS.map((name) => [name, { meter: 'sum' }])),
  });
  await using program = await service.run();
  await program.until('it was asked a few times', () => asked.length >= 2);
  const answer = await ask(`${service.door}/v1/entitlement`);
  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({
    verdict: 'pending',
    reason: expect.stringContaining('the ECS credential endpoint answered 429'),
  });
  for (const [index, at] of asked.entries()) if (index > 0) expect(at - (asked[index - 1] ?? 0)).toBeGreaterThan(990);
  expect(program.isOver()).toBe(false);

  const { length: before } = aws.calls('GET /credentials');
  let usual = 0;
  aws.script('GET /credentials', () => {
    usual += 1;
    return {
      do: 'answer',
      status: 200,
      type: 'application/json',
      body: JSON.stringify({
        AccessKeyId: 'ASIASHARED',
        SecretAccessKey: 'scripted-secret',
        Token: 'scripted-session',
        Expiration: new Date(Date.now() + 6 * 3_600_000).toISOString().replace(/\.\d+/, ''),
      }),
    };
  });
  await service.granted(program);
  const usage = DIMENSIONS.map((dimension) => ({ dimension, quantity: 1 }));
  expect((await service.report(usage)).status).toBe(202);
  // Each record once refused, so that twice as many calls are made.
  const refused = new Set<string>();
  aws.script('MeterUsage', (request) => {
    if (refused.has(request.body)) return books.store(request);
    refused.add(request.body);
    return no('InternalServiceErrorException', 500);
  });
  program.child.kill('SIGTERM');
  expect((await program.ended).code).toBe(0);
  expect(DIMENSIONS.map((name) => books.total(name))).toEqual(DIMENSIONS.map(() => 1));
  expect(aws.calls('MeterUsage')).toHaveLength(2 * DIMENSIONS.length);
  expect({ usual, all: aws.calls('GET /credentials').length - before }).toEqual({ usual: 1, all: 1 });
});
