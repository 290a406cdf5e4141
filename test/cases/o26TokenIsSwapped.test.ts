import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { no, startScriptedAws, yes } from '../support/scriptedAws.ts';
import { makeBooks } from '../wire/support/books.ts';
import { ask, makeService } from '../wire/support/service.ts';
import { eksEnvironment } from '../wire/support/stage.ts';
import { projectedTokenOf, projectToken } from './support/projectedToken.ts';

const ASSUME = 'AssumeRoleWithWebIdentity';

/** An hour of swaps with credentials that live for a minute is played by checks/moved-clock. */
test('O26 each AssumeRoleWithWebIdentity carries the token of its moment; expired credentials cost a record nothing but a second call', async () => {
  const uid = randomUUID();
  await using aws = await startScriptedAws();
  const books = makeBooks();
  using projected = projectToken(uid);
  using service = await makeService(aws, { gate: { patience: '60s' } });
  const env = { ...eksEnvironment(aws, service.stage.folder, uid), AWS_WEB_IDENTITY_TOKEN_FILE: projected.file };
  const expired = (number: number) => () => {
    projected.swap(number);
    return no('ExpiredTokenException', 400, 'The security token included in the request is expired');
  };
  // Gone at the start: trouble, and no exit.
  await using program = await service.run({ env });
  const entitlement = () => ask(`${service.door}/v1/entitlement`).catch(() => undefined);
  await program.until('it waits for the token', async () => {
    const { body } = { body: (await (await ask(`${service.health}/startz`)).json()) as { verdict: string } };
    return body.verdict === 'pending' && program.stderr().includes('cannot be read');
  });
  expect(aws.requests).toEqual([]);

  aws.script('DryRun', expired(2), yes({ MeteringRecordId: 'dry' }));
  projected.swap(1);
  await service.granted(program);
  expect((await entitlement())?.status).toBe(200);
  expect((await service.report({ dimension: 'requests', quantity: 5 })).status).toBe(202);

  let meterings = 0;
  aws.script('MeterUsage', (request) => {
    meterings += 1;
    return meterings === 1 ? expired(3)() : books.store(request);
  });
  program.child.kill('SIGTERM');
  expect((await program.ended).code).toBe(0);
  expect(books.total('requests')).toBe(5);
  const [first, second, ...more] = aws.calls('MeterUsage');
  expect(more).toEqual([]);
  expect(second?.body).toBe(first?.body);
  const tokens = aws.calls(ASSUME).map(({ body }) => new URLSearchParams(body).get('WebIdentityToken'));
  expect(tokens).toEqual([1, 2, 3].map((number) => projectedTokenOf(uid, number)));
});

test('O26 a token file that is away for a moment during a swap ends nothing and loses nothing', async () => {
  const uid = randomUUID();
  await using aws = await startScriptedAws();
  const books = makeBooks();
  using projected = projectToken(uid);
  projected.swap(1);
  using service = await makeService(aws);
  const env = { ...eksEnvironment(aws, service.stage.folder, uid), AWS_WEB_IDENTITY_TOKEN_FILE: projected.file };
  await using program = await service.run({ env });
  await service.granted(program);
  expect((await service.report({ dimension: 'requests', quantity: 5 })).status).toBe(202);
  let meterings = 0;
  aws.script('MeterUsage', (request) => {
    meterings += 1;
    if (meterings > 1) return books.store(request);
    projected.remove();
    setTimeout(() => projected.swap(2), 1_000);
    return no('ExpiredTokenException', 400, 'The security token included in the request is expired');
  });
  program.child.kill('SIGTERM');
  expect((await program.ended).code).toBe(0);
  expect(books.total('requests')).toBe(5);
  expect(new Set(aws.calls('MeterUsage').map(({ body }) => body)).size).toBe(1);
  expect(aws.calls(ASSUME)).toHaveLength(2);
});
