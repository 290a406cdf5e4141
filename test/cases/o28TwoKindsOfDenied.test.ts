import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { no, type Reply, startScriptedAws } from '../support/scriptedAws.ts';
import { eksEnvironment, hourlyProduct, makeStage, type Stage } from '../wire/support/stage.ts';
import { makeKeys } from '../wire/support/tokens.ts';

const STS_DENIES: Reply = {
  do: 'answer',
  status: 403,
  type: 'text/xml',
  requestId: '5c21bd50-0000-4000-8000-0000000000aa',
  body: '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message></Error></ErrorResponse>',
};

const ROLE = 'arn:aws:iam::111122223333:role/parser';
const PATIENCE = { gate: { patience: '4s' }, log: { level: 'debug' } };

const pod = (stage: Stage, origin: string) => {
  const env = eksEnvironment({ origin }, stage.folder, randomUUID());
  const token = readFileSync(env['AWS_WEB_IDENTITY_TOKEN_FILE'] ?? '', 'utf8');
  return { env, middle: token.split('.')[1] ?? '' };
};

test.concurrent('O28 STS denies: the role, and the sub and aud that its trust policy must allow; never the token', async () => {
  await using aws = await startScriptedAws();
  aws.script('AssumeRoleWithWebIdentity', STS_DENIES);
  using stage = makeStage(aws, PATIENCE);
  const { env, middle } = pod(stage, aws.origin);
  const began = performance.now();
  await using program = stage.exec(undefined, { env });
  expect((await program.ended).code).toBe(78);
  // A trust policy may just be being mended: it is asked again, for as long as the gate is patient.
  expect(performance.now() - began).toBeGreaterThan(3_900);
  expect(aws.calls('AssumeRoleWithWebIdentity').length).toBeGreaterThan(1);
  expect(aws.calls('DryRun')).toEqual([]);
  const text = program.stderr() + program.stdout();
  expect(text).toContain(`the trust policy of ${ROLE}`);
  expect(text).toMatch(/:sub \\?"system:serviceaccount:shop:parser\\?"/);
  expect(text).toMatch(/:aud \\?"sts\.amazonaws\.com\\?"/);
  expect(middle.length).toBeGreaterThan(100);
  expect(text).not.toContain(middle);
  expect(text).not.toContain('aws-marketplace:');
});

test.concurrent.each([
  ['RegisterUsage', 'RegisterUsage', hourlyProduct([{ version: 1, pem: makeKeys().pem }])],
  ['DryRun', 'MeterUsage', {}],
])('O28 metering denies %s: the one statement that is missing', async (operation, action, product) => {
  await using aws = await startScriptedAws();
  aws.script(operation, no('AccessDeniedException', 403));
  using stage = makeStage(aws, { ...PATIENCE, ...product });
  const { env, middle } = pod(stage, aws.origin);
  await using program = stage.exec(undefined, { env });
  expect((await program.ended).code).toBe(78);
  expect(aws.calls(operation).length).toBeGreaterThan(1);
  const text = program.stderr() + program.stdout();
  expect(text.replaceAll('\\"', '"')).toContain(
    `{"Effect": "Allow", "Action": ["aws-marketplace:${action}"], "Resource": "*"}`,
  );
  expect(text).not.toContain('trust policy');
  expect(text).not.toContain(middle);
});
