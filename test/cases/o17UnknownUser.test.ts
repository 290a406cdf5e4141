import { expect, test } from '@jest/globals';
import { startScriptedAws } from '../support/scriptedAws.ts';
import { hourlyProduct, makeStage, RUNS } from '../wire/support/stage.ts';
import { makeKeys, trulySigned } from '../wire/support/tokens.ts';

const keys = makeKeys();

/** As another user of this machine it is tried by checks/containers. */
test.concurrent.each([
  ['no HOME', {}],
  ['a HOME that does not exist', { HOME: '/nonexistent' }],
])('O17 with %s it starts and registers', async (_what, home) => {
  await using aws = await startScriptedAws();
  aws.script('RegisterUsage', trulySigned(keys));
  using stage = makeStage(aws, hourlyProduct([{ version: 1, pem: keys.pem }]));
  await using program = stage.exec(undefined, { env: { ...stage.env, ...home } });
  expect(await program.ended).toEqual({ code: 0, signal: null });
  expect(program.stdout()).toContain(RUNS);
  expect(aws.calls('RegisterUsage')).toHaveLength(1);
  expect(program.stderr()).not.toMatch(/uv_os|homedir|ENOENT/);
});
