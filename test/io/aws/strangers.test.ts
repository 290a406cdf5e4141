import { execFile } from 'node:child_process';
import { accessSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import type { Environment } from '../../../src/agent/core/platform/environment.ts';
import { CERTIFICATE } from '../../support/certificate.ts';
import { says, startFakeAws } from '../../support/fakeAws.ts';
import { ecsEnvironment, TASK_ARN } from './support.ts';

const run = promisify(execFile);
const PROGRAM = fileURLToPath(new URL('../../support/programs/callAws.ts', import.meta.url));

/** Starts the program with exactly this environment, perhaps as somebody whom no passwd file knows. */
const register = async (env: Environment, prefix: readonly string[] = []) => {
  const [file = process.execPath, ...args] = [...prefix, process.execPath, PROGRAM];
  const { stdout, stderr } = await run(file, args, { env: env as NodeJS.ProcessEnv });
  return { ...(JSON.parse(stdout) as object), stderr };
};

const registered = { platform: 'ecs', answers: [{ kind: 'ok' }], stderr: '' };

const exists = (path: string): boolean => {
  try {
    accessSync(path);
    return true;
  } catch {
    return false;
  }
};
const SETPRIV = ['/usr/bin/setpriv', '/bin/setpriv'].find(exists);
const asStranger = process.getuid?.() === 0 && SETPRIV !== undefined ? test : test.skip;

test.each([{}, { HOME: '/nonexistent' }])('no home is no trouble: %j', async (home) => {
  await using aws = await startFakeAws();
  aws.always('GET /metadata/task', says({ TaskARN: TASK_ARN }));
  expect(await register({ ...ecsEnvironment(aws), ...home })).toMatchObject(registered);
});

asStranger('a user that does not exist registers', async () => {
  await using aws = await startFakeAws();
  aws.always('GET /metadata/task', says({ TaskARN: TASK_ARN }));
  const stranger = [SETPRIV ?? '', '--reuid', '123456', '--regid', '0', '--clear-groups'];
  expect(await register(ecsEnvironment(aws), stranger)).toMatchObject(registered);
});

test('a proxy for everything does not keep us from the credentials beside us', async () => {
  await using aws = await startFakeAws();
  aws.always('GET /metadata/task', says({ TaskARN: TASK_ARN }));
  const proxies = { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: 'http://127.0.0.1:1', HTTPS_PROXY: 'http://127.0.0.1:1' };
  expect(await register({ ...ecsEnvironment(aws), ...proxies })).toMatchObject(registered);
});

test('an instance reaches its metadata beside a proxy for everything', async () => {
  await using aws = await startFakeAws();
  aws.always('PUT /latest/api/token', { do: 'answer', text: 'imds-token' });
  aws.always('GET /latest/dynamic/instance-identity/document', says({ instanceId: 'i-1', region: 'eu-west-1' }));
  aws.always('GET /latest/meta-data/iam/security-credentials/', { do: 'answer', text: 'metering' });
  aws.always(
    'GET /latest/meta-data/iam/security-credentials/metering',
    says({ AccessKeyId: 'A', SecretAccessKey: 's', Token: 't', Expiration: '2036-01-01T00:00:00Z' }),
  );
  const env = {
    AWS_EC2_METADATA_SERVICE_ENDPOINT: aws.origin,
    AWS_ENDPOINT_URL: aws.origin,
    NODE_USE_ENV_PROXY: '1',
    HTTP_PROXY: 'http://127.0.0.1:1',
  };
  expect(await register(env)).toMatchObject({ ...registered, platform: 'ec2' });
});

test("a proxy's own certificate authority is trusted by NODE_EXTRA_CA_CERTS, and not without", async () => {
  await using aws = await startFakeAws();
  await using metering = await startFakeAws({ tls: true });
  aws.always('GET /metadata/task', says({ TaskARN: TASK_ARN }));
  const env = { ...ecsEnvironment(aws), AWS_ENDPOINT_URL_MARKETPLACE_METERING: `https://localhost:${metering.port}` };
  expect(await register(env)).toMatchObject({ answers: [{ kind: 'trouble', sent: false }] });
  const file = join(await mkdtemp(join(tmpdir(), 'tollgate-ca-')), 'ca.pem');
  await writeFile(file, CERTIFICATE);
  expect(await register({ ...env, NODE_EXTRA_CA_CERTS: file })).toMatchObject(registered);
});
