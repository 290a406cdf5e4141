import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type ScriptedAws, startScriptedAws } from '../../../test/support/scriptedAws.ts';
import { ask, makeService } from '../../../test/wire/support/service.ts';
import { eksEnvironment, freePort, hourlyProduct } from '../../../test/wire/support/stage.ts';
import { makeKeys, trulySigned } from '../../../test/wire/support/tokens.ts';
import { makeClock } from '../clock.ts';
import type { Scenario } from '../scenario.ts';
import { GRANT, isOpen, isPending, stepper } from '../start.ts';

const SECOND = 1_000;

const keys = makeKeys();

const lateNetwork = async (): Promise<void> => {
  using clock = makeClock(Date.parse('2027-03-01T10:05:00Z'));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  using service = await makeService(
    { origin },
    { ...hourlyProduct([{ version: 1, pem: keys.pem }]), gate: { patience: '30m' } },
  );
  const env = { ...eksEnvironment({ origin }, service.stage.folder, randomUUID()), ...clock.environment };
  await using program = await service.run({ env });
  await program.until('the door is open', () => ask(`${service.door}/v1/entitlement`).catch(() => undefined));
  let network: ScriptedAws | undefined;
  const step = stepper({ clock, service, program, aws: () => network });
  await step(5 * SECOND, 100 * SECOND, () => isPending(service, /STS.*ECONNREFUSED/));
  await using aws = await startScriptedAws({ port, now: clock.now });
  network = aws;
  aws.script('RegisterUsage', trulySigned(keys));
  const took = await step(SECOND, GRANT, () => isOpen(service));
  assert.equal(await isOpen(service), true, `not granted ${took} ms after the network came`);
  program.child.kill('SIGTERM');
  assert.equal((await program.ended).code, 0);
  assert.equal(aws.calls('RegisterUsage').length, 1);
};

export const STARTS: readonly Scenario[] = [
  {
    name: 'O21 after 100 s of refused connections the gate opens within 15 s of the network, by one RegisterUsage',
    play: lateNetwork,
  },
];
