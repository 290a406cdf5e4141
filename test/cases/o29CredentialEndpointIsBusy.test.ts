import { expect, test } from '@jest/globals';
import { type Reply, startScriptedAws } from '../support/scriptedAws.ts';
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
  const fair = (): Reply => ({
    do: 'answer',
    status: 200,
    type: 'application/json',
    body: JSON.stringify({
      AccessKeyId: 'ASIASHARED',
      SecretAccessKey: 'scripted-secret',
      Token: 'scripted-session',
      Expiration: new Date(Date.now() + 6 * 3_600_000).toISOString().replace(/\.\d+/, ''),
    }),
  });
  aws.script('GET /credentials', () => {
    asked.push(performance.now());
    return asked.length > 1 ? fair() : BUSY;
  });
  using service = await makeService(aws, {
    gate: { patience: '60s' },

    dimensions: Object.fromEntries(DIMENSIONS.map((name) => [name, { meter: 'sum' }])),
  });
  await using program = await service.run();
  await program.until('it was asked', () => asked.length > 0);
  const answer = await ask(`${service.door}/v1/entitlement`);
  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({
    verdict: 'pending',
    // Nothing else: the reason has no word of what our client tried beside it.
    reason: 'no credentials: the ECS credential endpoint answered 429',
  });
  await service.granted(program);
  expect(asked).toHaveLength(2);
  for (const [index, at] of asked.entries()) if (index > 0) expect(at - (asked[index - 1] ?? 0)).toBeGreaterThan(990);
  const usage = DIMENSIONS.map((dimension) => ({ dimension, quantity: 1 }));
  expect((await service.report(usage)).status).toBe(202);
  program.child.kill('SIGTERM');
  expect((await program.ended).code).toBe(0);
  expect(DIMENSIONS.map((name) => books.total(name))).toEqual(DIMENSIONS.map(() => 1));
  expect(aws.calls('MeterUsage')).toHaveLength(DIMENSIONS.length);
  expect(asked).toHaveLength(2);
});
