import assert from 'node:assert/strict';
import { chmodSync, chownSync } from 'node:fs';
import { startScriptedAws } from '../../../test/support/scriptedAws.ts';
import { hourlyProduct, makeStage, RUNS } from '../../../test/wire/support/stage.ts';
import { makeKeys, trulySigned } from '../../../test/wire/support/tokens.ts';
import type { Scenario } from '../../moved-clock/scenario.ts';

const USER = 123_456;
const AS_STRANGER = ['setpriv', '--reuid', String(USER), '--regid', '0', '--clear-groups', '--'];

const startsAs = async (home: Readonly<Record<string, string>>): Promise<void> => {
  const keys = makeKeys();
  await using aws = await startScriptedAws();
  aws.script('RegisterUsage', trulySigned(keys));
  using stage = makeStage(aws, hourlyProduct([{ version: 1, pem: keys.pem }]));
  chmodSync(stage.folder, 0o755);
  chownSync(stage.ledger, USER, 0);
  const product = ['sh', '-c', `id -u; id -g; echo "HOME=\${HOME-unset}"; echo ${RUNS}`];
  await using program = stage.exec(product, { env: { ...stage.env, ...home }, before: AS_STRANGER });
  assert.deepEqual(await program.ended, { code: 0, signal: null }, program.stderr());
  assert.equal(program.stdout(), `${USER}\n0\nHOME=${home['HOME'] ?? 'unset'}\n${RUNS}\n`);
  assert.equal(aws.calls('RegisterUsage').length, 1);
  assert.doesNotMatch(program.stderr(), /uv_os|homedir|passwd|not remembered/);
};

export const STRANGER: readonly Scenario[] = [
  { name: 'O17 a user without an entry anywhere, group 0, no HOME: it starts and registers', play: () => startsAs({}) },
  { name: 'O17 the same with HOME=/nonexistent', play: () => startsAs({ HOME: '/nonexistent' }) },
];
