import { expect, test } from '@jest/globals';
import { type RawConnection, rawConnection } from '../support/rawHttp.ts';
import { startScriptedAws } from '../support/scriptedAws.ts';
import { post } from '../support/startDoor.ts';
import { makeBooks, sent } from '../wire/support/books.ts';
import { ask, makeService, type Service } from '../wire/support/service.ts';

const TERMS = { shutdown: { grace: '6s', drain: '4s' } };

/** Two workers, each on a connection of its own, post the same bytes at the same time. */
const burst = async ({ doorPort }: Service, report: object) => {
  const workers: readonly RawConnection[] = await Promise.all([rawConnection(doorPort), rawConnection(doorPort)]);
  for (const worker of workers) worker.write(post(JSON.stringify(report)));
  const answers = await Promise.all(workers.map((worker) => worker.answer()));
  for (const worker of workers) worker.end();
  return answers.map((answer) => ({ status: answer?.status, ...JSON.parse(answer?.body ?? '{}') }));
};

const sum = (answers: readonly Readonly<Record<string, number>>[], member: string): number =>
  answers.reduce((total, answer) => total + (answer[member] ?? 0), 0);

test.concurrent.each([
  ['one id counts once', { id: 'session-7 ended' }, { accepted: 1, duplicates: 3 }, 3],
  ['no id counts four times', {}, { accepted: 4, duplicates: 0 }, 12],
])('O01 four equal posts in two bursts around a kill: %s', async (_, named, receipts, quantity) => {
  await using aws = await startScriptedAws();
  const books = makeBooks();
  aws.script('MeterUsage', books.store);
  using service = await makeService(aws, TERMS);
  const report = { dimension: 'requests', quantity: 3, ...named };
  await using first = await service.run();
  await service.granted(first);
  const before = await burst(service, report);
  first.child.kill('SIGKILL');
  await first.ended;
  await using second = await service.run();
  await service.granted(second);
  const answers = [...before, ...(await burst(service, report))];
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
  expect({ accepted: sum(answers, 'accepted'), duplicates: sum(answers, 'duplicates') }).toEqual(receipts);
  second.child.kill('SIGTERM');
  expect((await second.ended).code).toBe(0);
  expect(aws.calls('MeterUsage').map((call) => sent(call).UsageQuantity)).toEqual([quantity]);
});

test.concurrent('O01 one id with two quantities: the first stands, and log, answer and metric show the other', async () => {
  await using aws = await startScriptedAws();
  const books = makeBooks();
  aws.script('MeterUsage', books.store);
  using service = await makeService(aws, TERMS);
  await using program = await service.run();
  await service.granted(program);
  const report = { dimension: 'requests', quantity: 3, id: 'session-8 ended' };
  expect((await service.report(report)).status).toBe(202);
  expect((await service.report({ ...report, quantity: 5 })).status).toBe(409);
  const inBatch = await service.report([
    { ...report, id: 'another' },
    { ...report, quantity: '5' },
  ]);
  expect(inBatch.status).toBe(422);
  expect(await inBatch.json()).toMatchObject({
    errors: [{ index: 1, field: 'id', reason: expect.stringContaining('id_conflict') }],
  });
  // Said of both tries, with the id and the quantity that does not count.
  await program.until('the log says so', () => program.stderr().split('session-8 ended').length === 3);
  for (const line of program
    .stderr()
    .split('\n')
    .filter((text) => text.includes('session-8 ended'))) {
    expect(JSON.parse(line)).toMatchObject({
      level: 'warn',
      id: 'session-8 ended',
      dimension: 'requests',
      quantity: '5',
    });
  }
  const metrics = await (await ask(`${service.health}/metrics`)).text();
  expect(metrics).toContain('tollgate_reports_total{dimension="requests",result="conflict"} 2');
  program.child.kill('SIGTERM');
  expect((await program.ended).code).toBe(0);
  expect(books.total('requests')).toBe(3);
});
