import { expect, test } from '@jest/globals';
import { startScriptedAws } from '../support/scriptedAws.ts';
import { makeBooks } from '../wire/support/books.ts';
import { makeService } from '../wire/support/service.ts';

const entry = (id: string, quantity: number) => ({ dimension: 'requests', quantity, id });
const [a, b, c] = [entry('a', 1), entry('b', 10), entry('c', 100)];

test('O02 a buffer that is posted whole as it grows: what is new counts, what is known does not stop it', async () => {
  await using aws = await startScriptedAws();
  const books = makeBooks();
  aws.script('MeterUsage', books.store);
  using service = await makeService(aws, { shutdown: { grace: '6s', drain: '4s' } });
  await using program = await service.run();
  await service.granted(program);
  for (const [buffer, accepted, duplicates] of [
    [[a, b], 2, 0],
    [[a, b, c], 1, 2],
    [[a, b, c], 0, 3],
    [[c, entry('d', 1000), a, entry('d', 1000)], 1, 3],
  ] as const) {
    const answer = await service.report(buffer);
    expect(answer.status).toBe(202);
    expect(await answer.json()).toEqual({ accepted, duplicates, late: 0, untagged: 0 });
  }
  program.child.kill('SIGTERM');
  expect((await program.ended).code).toBe(0);
  expect(books.total('requests')).toBe(1111);
});
