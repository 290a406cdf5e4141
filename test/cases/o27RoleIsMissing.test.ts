import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { startScriptedAws } from '../support/scriptedAws.ts';
import { eksEnvironment, makeStage } from '../wire/support/stage.ts';

const POD_IDENTITY = { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://169.254.170.23/v1/credentials' };

/** The environment of a pod, with some variables left away and others added; what AWS was asked; and how it ended. */
const inPod = async (without: readonly string[], more: Readonly<Record<string, string>> = {}) => {
  await using aws = await startScriptedAws();
  using stage = makeStage(aws);
  const whole = eksEnvironment(aws, stage.folder, randomUUID());
  const env = Object.fromEntries(Object.entries(whole).filter(([name]) => !without.includes(name)));
  await using program = stage.exec(undefined, { env: { ...env, ...more } });
  const { code } = await program.ended;
  return { code, text: program.stderr(), asked: aws.requests.map(({ operation }) => operation) };
};

/** In the order that helps. */
const REMEDY =
  /annotate the service account with eks\.amazonaws\.com\/role-arn.*delete the pod.*restart of the container is not enough.*skip-containers/s;

test.concurrent('O27 a pod that is older than its annotation: nobody is asked, and the remedy is to delete the pod', async () => {
  const { code, text, asked } = await inPod(['AWS_ROLE_ARN', 'AWS_WEB_IDENTITY_TOKEN_FILE']);
  expect({ code, asked }).toEqual({ code: 76, asked: [] });
  expect(text).toContain('AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE are not set');
  expect(text).toMatch(REMEDY);
});

test.concurrent.each([
  ['AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_ROLE_ARN'],
  ['AWS_ROLE_ARN', 'AWS_WEB_IDENTITY_TOKEN_FILE'],
])('O27 %s alone is missing: it is named', async (missing, present) => {
  const { code, text, asked } = await inPod([missing]);
  expect({ code, asked }).toEqual({ code: 76, asked: [] });
  expect(text).toContain(`${present} is set, ${missing} is missing`);
  expect(text).toMatch(REMEDY);
});

test.concurrent('O27 with IRSA and Pod Identity, IRSA signs, and it is said', async () => {
  const { code, text, asked } = await inPod([], POD_IDENTITY);
  expect({ code, asked }).toEqual({ code: 0, asked: ['AssumeRoleWithWebIdentity', 'DryRun'] });
  expect(text).toContain('IRSA and EKS Pod Identity are both set up for this pod: IRSA is used');
});
