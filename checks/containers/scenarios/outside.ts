import assert from 'node:assert/strict';
import { startScriptedAws } from '../../../test/support/scriptedAws.ts';
import { startTollgate } from '../../../test/wire/support/program.ts';
import { ask } from '../../../test/wire/support/service.ts';
import { makeStage } from '../../../test/wire/support/stage.ts';
import type { Scenario } from '../../moved-clock/scenario.ts';
import { bringUp } from '../ip.ts';

const POD = '10.1.2.3';

const probed = async (): Promise<void> => {
  bringUp(`${POD}/32`);
  await using aws = await startScriptedAws();
  // Both listeners where they are by default.
  using stage = makeStage(aws, { door: { listen: '127.0.0.1:8787' } });
  await using program = stage.start(['run']);
  for (const path of ['/healthz', '/readyz', '/startz', '/metrics']) {
    const url = `http://${POD}:8788${path}`;
    await program.until(`${url} says 200`, async () => (await ask(url).catch(() => undefined))?.status === 200);
  }
  await program.until('the door is open', () => ask('http://127.0.0.1:8787/v1/status').catch(() => undefined));
  await assert.rejects(ask(`http://${POD}:8787/v1/status`));
  await using check = startTollgate(['gate', 'check', '--config', stage.configFile], { env: {} });
  assert.equal((await check.ended).code, 0, check.stderr());
  program.child.kill('SIGTERM');
  assert.deepEqual(await program.ended, { code: 0, signal: null }, program.stderr());
};

export const OUTSIDE: readonly Scenario[] = [
  { name: "O24 probes answer on the pod's address, the door on loopback alone", play: probed },
];
