import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { CERTIFICATE } from '../support/certificate.ts';
import { type ScriptedAws, startScriptedAws } from '../support/scriptedAws.ts';
import { type At, ecsEnvironment, eksEnvironment, makeStage, type Stage } from '../wire/support/stage.ts';
import { type RecordingProxy, startRecordingProxy } from './support/recordingProxy.ts';

const METERING = 'CONNECT metering.marketplace.eu-west-1.amazonaws.com:443';
const STS = 'CONNECT sts.eu-west-1.amazonaws.com:443';
const PASSWORD = 'pass-word-of-the-proxy';

type Env = Readonly<Record<string, string>>;

/** Without the variables that put something else in AWS's place. */
const atAws = (env: Env): Env =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('AWS_ENDPOINT_URL')));

const trusting = ({ folder }: Stage): Env => {
  const file = join(folder, 'ca.pem');
  writeFileSync(file, CERTIFICATE);
  return { NODE_EXTRA_CA_CERTS: file };
};

const proxied = ({ port }: RecordingProxy, user = ''): Env => ({
  HTTPS_PROXY: `http://${user}127.0.0.1:${port}`,
  HTTP_PROXY: `http://${user}127.0.0.1:${port}`,
});

const task = (aws: At): Env => atAws(ecsEnvironment(aws));
const pod = (aws: At, { folder }: Stage): Env => atAws(eksEnvironment(aws, folder, randomUUID()));

const worlds = async () => {
  const aws = await startScriptedAws();
  const proxy = await startRecordingProxy(aws);
  const stage = makeStage(aws, { log: { level: 'debug' } });
  return {
    aws,
    proxy,
    stage,
    [Symbol.asyncDispose]: async () => {
      await proxy[Symbol.asyncDispose]();
      await aws[Symbol.asyncDispose]();
      stage[Symbol.dispose]();
    },
  };
};

const SAYS_STATUS = `
  const authorization = 'Bearer ' + require('node:fs').readFileSync(process.env.TOLLGATE_TOKEN_FILE, 'utf8').trim();
  fetch(process.env.TOLLGATE_URL + '/v1/status', { headers: { authorization } })
    .then((answer) => answer.text())
    .then((text) => console.log(text));
`;

const credentialsAsked = (aws: ScriptedAws): number => aws.calls('GET /credentials').length;

test.concurrent('O22 a pod: STS and metering go by the proxy, under their own names; only AWS is believed', async () => {
  await using world = await worlds();
  const { aws, proxy, stage } = world;
  stage.configure({ endpoints: 'aws' });
  const env = { ...pod(aws, stage), ...trusting(stage), ...proxied(proxy) };
  await using program = stage.exec(undefined, { env });
  expect({ ...(await program.ended), log: program.stderr() }).toMatchObject({ code: 0 });
  expect(proxy.asked).toEqual([STS, METERING]);
  expect(aws.calls('DryRun')[0]?.headers['host']).toBe('metering.marketplace.eu-west-1.amazonaws.com');
});

test.concurrent('O22 a task: metering goes by the proxy; credentials and task metadata never do, small letters or NO_PROXY', async () => {
  await using world = await worlds();
  const { aws, proxy, stage } = world;
  const { HTTPS_PROXY = '' } = proxied(proxy);
  const env = {
    ...task(aws),
    ...trusting(stage),
    https_proxy: HTTPS_PROXY,
    http_proxy: HTTPS_PROXY,
    all_proxy: HTTPS_PROXY,
    NO_PROXY: 'nothing.example',
    NODE_USE_ENV_PROXY: '1',
  };
  await using program = stage.exec(undefined, { env });
  expect({ ...(await program.ended), log: program.stderr() }).toMatchObject({ code: 0 });
  expect(proxy.asked).toEqual([METERING]);
  expect(credentialsAsked(aws)).toBe(1);
  expect(aws.calls('GET /v4/task')).toHaveLength(1);
});

test.concurrent('O22 a service on loopback is never asked for by the proxy', async () => {
  await using world = await worlds();
  const { aws, proxy, stage } = world;
  const env = { ...eksEnvironment(aws, stage.folder, randomUUID()), ...proxied(proxy) };
  await using program = stage.exec(undefined, { env });
  expect({ ...(await program.ended), log: program.stderr() }).toMatchObject({ code: 0 });
  expect(aws.calls('DryRun')).toHaveLength(1);
  expect(proxy.asked).toEqual([]);
});

test.concurrent('O22 NO_PROXY is honoured', async () => {
  await using world = await worlds();
  const { aws, proxy, stage } = world;
  stage.configure({ gate: { patience: '0s' } });
  const env = {
    ...pod(aws, stage),
    ...trusting(stage),
    ...proxied(proxy),
    NO_PROXY: '.marketplace.eu-west-1.amazonaws.com',
  };
  await using program = stage.exec(undefined, { env });
  // Metering is looked for without the proxy, where there is none here.
  expect((await program.ended).code).toBe(69);
  expect(proxy.asked).toEqual([STS]);
});

test.concurrent.each([
  ['takes it', undefined, 0],
  ['refuses it', 407, 69],
])(
  "O22 the proxy's password goes to the proxy and into no line, status or error: the proxy %s",
  async (_what, refuses, code) => {
    await using aws = await startScriptedAws();
    await using proxy = await startRecordingProxy(aws, refuses === undefined ? {} : { refuses });
    using stage = makeStage(aws, { log: { level: 'debug' }, gate: { patience: '1s' } });
    const env = { ...task(aws), ...trusting(stage), ...proxied(proxy, `user:${PASSWORD}@`) };
    const product = [process.execPath, '-e', SAYS_STATUS];
    await using program = stage.exec(product, { env });
    expect({ ...(await program.ended), log: program.stderr() }).toMatchObject({ code });
    expect(proxy.headers[0]?.['proxy-authorization']).toBe(`Basic ${btoa(`user:${PASSWORD}`)}`);
    if (code === 0) expect(program.stdout()).toContain('"verdict"');
    else expect(program.stderr()).toContain('407');
    for (const secret of [PASSWORD, btoa(`user:${PASSWORD}`)]) {
      expect(program.stdout() + program.stderr()).not.toContain(secret);
    }
  },
);

test.concurrent("O22 without the authority's certificate nothing is sent; AWS_CA_BUNDLE is named, with what to set instead", async () => {
  await using world = await worlds();
  const { aws, proxy, stage } = world;
  stage.configure({ gate: { patience: '0s' } });
  const { NODE_EXTRA_CA_CERTS = '' } = trusting(stage);
  const env = { ...task(aws), ...proxied(proxy), AWS_CA_BUNDLE: NODE_EXTRA_CA_CERTS };
  await using program = stage.exec(undefined, { env });
  expect((await program.ended).code).toBe(69);
  expect(proxy.asked).toEqual([METERING]);
  expect(aws.calls('DryRun')).toEqual([]);
  expect(program.stderr()).toMatch(/AWS_CA_BUNDLE: not read; set NODE_EXTRA_CA_CERTS/);
});
