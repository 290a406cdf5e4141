import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { startScriptedAws } from '../support/scriptedAws.ts';
import { pause } from '../wire/support/program.ts';
import { ask, makeService } from '../wire/support/service.ts';
import { eksEnvironment, freePort, hourlyProduct } from '../wire/support/stage.ts';
import { makeKeys, trulySigned } from '../wire/support/tokens.ts';

const keys = makeKeys();

/** A hundred seconds of it are played by checks/moved-clock. */
test('O21 while every connection to STS and metering is refused it waits, says why, and is let in once the network is there', async () => {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  using service = await makeService(
    { origin },
    { ...hourlyProduct([{ version: 1, pem: keys.pem }]), gate: { patience: '60s' } },
  );
  const env = eksEnvironment({ origin }, service.stage.folder, randomUUID());
  await using program = await service.run({ env });
  const probe = async (path: string): Promise<number> => (await ask(`${service.health}${path}`)).status;
  const entitlement = async () => {
    const answer = await ask(`${service.door}/v1/entitlement`);
    return { status: answer.status, ...((await answer.json()) as { verdict: string; reason: string }) };
  };
  const pending = await program.until('the reason is told', async () => {
    const found = await entitlement().catch(() => undefined);
    return found?.reason.includes('ECONNREFUSED') && found;
  });
  expect(pending).toMatchObject({ status: 503, verdict: 'pending', reason: expect.stringContaining('STS') });
  await pause(2_000);
  expect([await probe('/healthz'), await probe('/readyz'), await probe('/startz')]).toEqual([200, 503, 503]);
  expect(program.isOver()).toBe(false);

  await using aws = await startScriptedAws({ port });
  aws.script('RegisterUsage', trulySigned(keys));
  const began = performance.now();
  await program.until('the gate is open', async () => (await service.startz()) === 200);
  expect(performance.now() - began).toBeLessThan(15_000 + 1_000);
  expect([await probe('/healthz'), await probe('/readyz')]).toEqual([200, 200]);
  expect(await entitlement()).toMatchObject({ status: 200, verdict: 'granted' });
  program.child.kill('SIGTERM');
  expect((await program.ended).code).toBe(0);
  expect(aws.calls('RegisterUsage')).toHaveLength(1);
});
