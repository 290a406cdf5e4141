import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startRecordingProxy } from '../../../test/cases/support/recordingProxy.ts';
import { CERTIFICATE } from '../../../test/support/certificate.ts';
import { type ScriptedAws, startScriptedAws, yes } from '../../../test/support/scriptedAws.ts';
import { makeStage } from '../../../test/wire/support/stage.ts';
import type { Scenario } from '../../moved-clock/scenario.ts';
import { bringUp } from '../ip.ts';

const METERING = 'CONNECT metering.marketplace.eu-west-1.amazonaws.com:443';

const KEYS = {
  Code: 'Success',
  Type: 'AWS-HMAC',
  AccessKeyId: 'ASIASCRIPTED',
  SecretAccessKey: 'scripted-secret',
  Token: 'scripted-session',
  LastUpdated: '2026-01-01T00:00:00Z',
};

/** What instance metadata answers (EC2 user guide, instance metadata categories). */
const playInstance = (aws: ScriptedAws): void => {
  const text = (body: string) => ({ do: 'answer', status: 200, body, requestId: 'imds' }) as const;
  const credentials = '/latest/meta-data/iam/security-credentials';
  aws.script('PUT /latest/api/token', text('imds-token'));
  aws.script(
    'GET /latest/dynamic/instance-identity/document',
    yes({ instanceId: 'i-0123456789abcdef0', region: 'eu-west-1', accountId: '111122223333' }),
  );
  aws.script(`GET ${credentials}/`, text('parser'));
  const expiration = new Date(Date.now() + 6 * 3_600_000).toISOString().replace(/\.\d+/, '');
  aws.script(`GET ${credentials}/parser`, yes({ ...KEYS, Expiration: expiration }));
};

/** Nothing but the proxy leads out, and the platform is where AWS puts it: only metering is asked of the proxy. */
const byProxy = async (
  host: string,
  env: Readonly<Record<string, string>>,
  asked: readonly string[],
): Promise<void> => {
  bringUp(host.includes(':') ? `${host}/128` : `${host}/32`);
  await using aws = await startScriptedAws({ host, port: 80 });
  playInstance(aws);
  await using proxy = await startRecordingProxy(aws);
  using stage = makeStage(aws, { endpoints: 'aws', log: { level: 'debug' } });
  const file = join(stage.folder, 'ca.pem');
  writeFileSync(file, CERTIFICATE);
  const address = `http://127.0.0.1:${proxy.port}`;
  const proxies = { HTTPS_PROXY: address, HTTP_PROXY: address, https_proxy: address, http_proxy: address };
  const more = { ...proxies, NO_PROXY: 'nothing.example', NODE_USE_ENV_PROXY: '1', NODE_EXTRA_CA_CERTS: file };
  await using program = stage.exec(undefined, { env: { PATH: process.env['PATH'] ?? '', ...env, ...more } });
  assert.deepEqual(await program.ended, { code: 0, signal: null }, program.stderr());
  assert.deepEqual(proxy.asked, [METERING]);
  for (const operation of asked) assert.ok(aws.calls(operation).length > 0, operation);
};

export const PROXIES: readonly Scenario[] = [
  {
    name: 'O22 a task whose only way out is a proxy: 169.254.170.2 is asked straight',
    play: () =>
      byProxy(
        '169.254.170.2',
        {
          AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE',
          AWS_REGION: 'eu-west-1',
          ECS_CONTAINER_METADATA_URI_V4: 'http://169.254.170.2/v4',
          AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/credentials',
        },
        ['GET /v4/task', 'GET /credentials'],
      ),
  },
  {
    name: 'O22 an instance whose only way out is a proxy: 169.254.169.254 is asked straight',
    play: () => byProxy('169.254.169.254', {}, ['PUT /latest/api/token']),
  },
  {
    name: 'O22 an instance of IPv6 whose only way out is a proxy: [fd00:ec2::254] is asked straight',
    play: () => byProxy('fd00:ec2::254', { AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: 'IPv6' }, ['PUT /latest/api/token']),
  },
];
