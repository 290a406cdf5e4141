import { expect, test } from '@jest/globals';
import { startScriptedAws } from '../support/scriptedAws.ts';
import { makeBooks } from '../wire/support/books.ts';
import { pause } from '../wire/support/program.ts';
import { makeService } from '../wire/support/service.ts';

const STEP = 250;

test.concurrent('O19 after TERM the door takes reports until grace - drain, and all of them are in the last record', async () => {
  await using aws = await startScriptedAws();
  const books = makeBooks();
  aws.script('MeterUsage', books.store);
  using service = await makeService(aws, { shutdown: { grace: '6s', drain: '3s' } });
  await using program = await service.run();
  await service.granted(program);
  let taken = 0;
  const report = async (): Promise<number> => {
    const status = await service.report({ dimension: 'requests', quantity: 1 }).then(
      (answer) => answer.status,
      () => 0,
    );
    if (status === 202) taken += 1;
    return status;
  };
  expect(await report()).toBe(202);
  program.child.kill('SIGTERM');
  const began = performance.now();
  let lastTaken = began;
  for (;;) {
    const status = await report();
    if (status !== 202) {
      // Told to come again, or the listener is gone: nothing that looks like a yes.
      expect([503, 0]).toContain(status);
      break;
    }
    lastTaken = performance.now();
    await pause(STEP);
  }
  expect((await program.ended).code).toBe(0);
  expect(lastTaken - began).toBeGreaterThan(3_000 - 2 * STEP);
  expect(taken).toBeGreaterThan(5);
  expect(books.total('requests')).toBe(taken);
});

test.concurrent('O19 a second TERM ends it at once, and what was acknowledged is not lost', async () => {
  await using aws = await startScriptedAws();
  const books = makeBooks();
  aws.script('MeterUsage', books.store);
  using service = await makeService(aws, { shutdown: { grace: '600s', drain: '8s' } });
  await using program = await service.run();
  await service.granted(program);
  program.child.kill('SIGTERM');
  // The door is open: it is waited for.
  expect((await service.report({ dimension: 'requests', quantity: 7 })).status).toBe(202);
  program.child.kill('SIGTERM');
  const { code } = await program.ended;
  expect([0, 75]).toContain(code);
  expect(books.total('requests')).toBe(code === 0 ? 7 : 0);

  await using next = await service.run();
  await service.granted(next);
  next.child.kill('SIGTERM');
  expect((await next.ended).code).toBe(0);
  expect(books.total('requests')).toBe(7);
});
