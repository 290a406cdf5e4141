import { expect, test } from '@jest/globals';
import { newTaskArn, no, startScriptedAws, yes } from '../support/scriptedAws.ts';
import { ask, makeService } from './support/service.ts';
import { hourlyProduct, makeStage, RUNS } from './support/stage.ts';
import { makeKeys, trulySigned } from './support/tokens.ts';

const keys = makeKeys();
const HOURLY = hourlyProduct([{ version: 1, pem: keys.pem }]);
const SAYS_AND_STAYS = ['sh', '-c', `echo ${RUNS}; exec sleep 1000`];

test.concurrent('a grant is remembered: after a restart the product starts at once although AWS hangs', async () => {
  await using aws = await startScriptedAws();
  aws.script('RegisterUsage', trulySigned(keys), { do: 'hang' });
  using stage = makeStage(aws, HOURLY);
  await using first = stage.exec();
  expect((await first.ended).code).toBe(0);

  await using second = stage.exec(SAYS_AND_STAYS);
  await second.until('the product runs', () => second.stdout().includes(RUNS));
  second.child.kill('SIGTERM');
  expect((await second.ended).code).toBe(143);
});

test.concurrent("a remembered grant is not another resource's", async () => {
  await using aws = await startScriptedAws();
  aws.script('RegisterUsage', trulySigned(keys));
  using stage = makeStage(aws, { ...HOURLY, gate: { patience: '0s' } });
  await using first = stage.exec();
  expect((await first.ended).code).toBe(0);

  await using elsewhere = await startScriptedAws({ taskArn: newTaskArn() });
  elsewhere.script('RegisterUsage', no('ThrottlingException'));
  const env = {
    ...stage.env,
    ECS_CONTAINER_METADATA_URI_V4: `${elsewhere.origin}/v4`,
    AWS_ENDPOINT_URL_MARKETPLACE_METERING: elsewhere.origin,
  };
  await using second = stage.exec(undefined, { env });
  expect((await second.ended).code).toBe(69);
  expect(second.stdout()).not.toContain(RUNS);
});

test.concurrent('a remembered grant that was tampered with counts for nothing', async () => {
  await using aws = await startScriptedAws();
  aws.script('RegisterUsage', trulySigned(keys), no('ThrottlingException'));
  using stage = makeStage(aws, { ...HOURLY, gate: { patience: '0s' } });
  await using first = stage.exec();
  expect((await first.ended).code).toBe(0);
  // Another key in the configuration stands for a forged token in the ledger: the stored one does not fit it.
  stage.configure({ ...hourlyProduct([{ version: 1, pem: makeKeys().pem }]), gate: { patience: '0s' } });
  await using second = stage.exec();
  expect((await second.ended).code).toBe(69);
  expect(second.stdout()).not.toContain(RUNS);
});

test.concurrent('a definite refusal after a remembered grant stops the product', async () => {
  await using aws = await startScriptedAws();
  aws.script('RegisterUsage', trulySigned(keys), no('CustomerNotEntitledException'));
  using stage = makeStage(aws, HOURLY);
  await using first = stage.exec();
  expect((await first.ended).code).toBe(0);

  await using second = stage.exec(SAYS_AND_STAYS);
  await second.until('the product runs', () => second.stdout().includes(RUNS));
  expect((await second.ended).code).toBe(143);
  expect(second.stderr()).toContain('CustomerNotEntitledException');
});

test.concurrent('pending until AWS comes back, then granted: the product starts then', async () => {
  await using aws = await startScriptedAws();
  aws.script('RegisterUsage', no('InternalServiceErrorException', 500), { do: 'reset' }, trulySigned(keys));
  using stage = makeStage(aws, { ...HOURLY, gate: { patience: '60s' } });
  await using program = stage.exec();
  expect((await program.ended).code).toBe(0);
  expect(program.stdout()).toContain(RUNS);
  expect(aws.calls('RegisterUsage')).toHaveLength(3);
});

test.concurrent('patience ends while AWS refuses connections: 69', async () => {
  const gone = await startScriptedAws();
  const { origin } = gone;
  await gone[Symbol.asyncDispose]();
  await using aws = await startScriptedAws();
  using stage = makeStage(aws, { gate: { patience: '3s' } });
  const began = performance.now();
  await using program = stage.exec(undefined, { env: { ...stage.env, AWS_ENDPOINT_URL_MARKETPLACE_METERING: origin } });
  expect((await program.ended).code).toBe(69);
  expect(performance.now() - began).toBeGreaterThan(2_900);
});

test.concurrent('onPatience: start lets a usage product in, never one whose answer must be signed', async () => {
  const gate = { patience: '1s', onPatience: 'start' };
  await using aws = await startScriptedAws();
  aws.script('DryRun', no('InternalServiceErrorException', 500));
  aws.script('RegisterUsage', no('InternalServiceErrorException', 500));
  using usage = makeStage(aws, { gate });
  await using first = usage.exec();
  expect((await first.ended).code).toBe(0);
  expect(first.stdout()).toContain(RUNS);

  using hourly = makeStage(aws, { ...HOURLY, gate });
  await using second = hourly.exec();
  expect((await second.ended).code).toBe(69);
  expect(second.stdout()).not.toContain(RUNS);
});

test.concurrent('onPatience: start is for trouble, not for a missing permission', async () => {
  await using aws = await startScriptedAws();
  aws.script('DryRun', no('AccessDeniedException', 403));
  using stage = makeStage(aws, { gate: { patience: '1s', onPatience: 'start' } });
  await using program = stage.exec();
  expect((await program.ended).code).toBe(78);
});

test.concurrent('a throttled DryRun lets the product in unconfirmed, and is asked again until AWS says yes', async () => {
  await using aws = await startScriptedAws();
  aws.script('DryRun', no('ThrottlingException'), no('ThrottlingException'), yes({ MeteringRecordId: 'dry' }));
  using service = await makeService(aws);
  await using program = await service.run();
  await service.granted(program);
  const { verdict } = await service.status();
  expect(verdict.value).toBe('granted');
  await program.until('the grant is confirmed', async () => (await service.status()).verdict.confirmed);
  expect(aws.calls('DryRun')).toHaveLength(3);
  program.child.kill('SIGTERM');
  expect((await program.ended).code).toBe(0);
});

test.concurrent('run shows each verdict: 503 while pending, 200 once granted, and the exit code of a refusal', async () => {
  await using aws = await startScriptedAws();
  aws.script('DryRun', no('AccessDeniedException', 403));
  using service = await makeService(aws, { gate: { patience: '60s' } });
  await using program = await service.run();
  await program.until('pending is shown', async () => (await service.startz()) === 503);
  await program.until(
    'the door tells it',
    async () => (await ask(`${service.door}/v1/entitlement`).catch(() => undefined))?.status === 503,
  );
  aws.script('DryRun', yes({ MeteringRecordId: 'dry' }));
  await service.granted(program);
  expect((await ask(`${service.door}/v1/entitlement`)).status).toBe(200);
  program.child.kill('SIGTERM');
  expect((await program.ended).code).toBe(0);

  aws.script('DryRun', no('CustomerNotEntitledException'));
  await using refused = service.stage.start(['run']);
  // A restart in the same resource is let in by the remembered grant, until AWS says no.
  expect((await refused.ended).code).toBe(77);
});

test.concurrent('register prints the verdict of one question and has the same exit codes', async () => {
  await using aws = await startScriptedAws();
  aws.script('DryRun', no('CustomerNotEntitledException'));
  using stage = makeStage(aws);
  await using refused = stage.start(['register', '--json']);
  expect((await refused.ended).code).toBe(77);
  expect(JSON.parse(refused.stdout())).toMatchObject({ schema: 1, verdict: { value: 'refused' } });

  aws.script('RegisterUsage', trulySigned(keys));
  stage.configure(HOURLY);
  await using granted = stage.start(['register']);
  expect((await granted.ended).code).toBe(0);
  expect(granted.stdout()).toMatch(/^granted/);
  expect(aws.calls('RegisterUsage')).toHaveLength(1);
});
