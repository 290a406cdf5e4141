import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from '@jest/globals';
import { temporaryFolder } from '../folder.ts';
import { ended, serve, start } from './program.ts';

const CALL = [process.execPath, join(import.meta.dirname, 'call.mjs')];

type Called = {
  readonly register: { readonly Signature?: string; readonly error?: string; readonly message?: string };
  readonly meter: { readonly MeteringRecordId?: string; readonly error?: string; readonly message?: string };
};

const GRANTED = { register: { Signature: expect.any(String) }, meter: { MeteringRecordId: expect.any(String) } };
const refusedBy = (error: string) => ({ register: { error }, meter: { error } });

const open = async () => {
  const aws = await serve();
  const calls = async (...home: readonly string[]): Promise<Called> => {
    const { out, err } = await aws.run(...home);
    if (out === '') throw new Error(err);
    return JSON.parse(out) as Called;
  };
  return { aws, calls, [Symbol.asyncDispose]: aws.stop };
};

test('the client with its own credential chain is at home in a task and in a pod', async () => {
  await using world = await open();
  expect(await world.calls('task', '--name', 't', '--', ...CALL)).toMatchObject({
    ...GRANTED,
    AWS_REGION: 'us-east-1',
    AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE',
  });
  expect(await world.calls('pod', '--name', 'p', '--region', 'eu-west-1', '--', ...CALL)).toMatchObject({
    ...GRANTED,
    AWS_REGION: 'eu-west-1',
    HOSTNAME: 'p',
  });
  expect(await world.aws.json('bill')).toMatchObject({
    schema: 1,
    usage: [{ quantity: '34', records: 2 }],
    registered: [{ stoppedAt: expect.any(String) }, {}],
  });
});

test('an instance meters the product of its image, and no other', async () => {
  await using world = await open();
  const home = ['instance', '--region', 'af-south-1'];
  expect(
    await world.calls(...home, '--product', '4w1vgsrkqdkypbz43g7qkk4uz', '--', ...CALL, 'af-south-1'),
  ).toMatchObject({
    register: { error: 'PlatformNotSupportedException' },
    meter: { MeteringRecordId: expect.any(String) },
  });
  expect(await world.calls(...home, '--', ...CALL)).toMatchObject(refusedBy('PlatformNotSupportedException'));
});

test('the wrong worlds of the field: node role, Pod Identity, no permission, another Region, no Region', async () => {
  await using world = await open();
  expect(await world.calls('pod', '--no-irsa', '--', ...CALL, 'us-east-1')).toMatchObject(
    refusedBy('PlatformNotSupportedException'),
  );
  expect(await world.calls('pod', '--pod-identity', '--', ...CALL)).toMatchObject(
    refusedBy('PlatformNotSupportedException'),
  );
  expect(await world.calls('task', '--role', 'nothing', '--', ...CALL)).toMatchObject(
    refusedBy('AccessDeniedException'),
  );
  expect(await world.calls('pod', '--role', 'nosuch', '--', ...CALL)).toMatchObject(refusedBy('AccessDenied'));
  expect(await world.calls('task', '--', ...CALL, 'eu-west-1')).toMatchObject({
    register: { error: 'InvalidRegionException' },
    meter: { error: 'InvalidEndpointRegionException' },
  });
  expect(await world.calls('task', '--launch-type', 'EC2', '--', ...CALL)).toMatchObject(refusedBy('Error'));
});

test('a container that restarts in its pod has the same hour; another pod has its own', async () => {
  await using world = await open();
  const first = await world.calls('pod', '--name', 'p', '--', ...CALL);
  expect((await world.calls('pod', '--name', 'p', '--', ...CALL)).meter).toEqual(first.meter);
  await world.calls('pod', '--', ...CALL);
  expect(await world.aws.json('records')).toMatchObject({ records: { length: 2 } });
});

test('what the shell has of AWS does not leak into a home', async () => {
  await using world = await open();
  await using folder = await temporaryFolder();
  const home = folder.path;
  await mkdir(join(home, '.aws'));
  await writeFile(
    join(home, '.aws', 'credentials'),
    '[default]\naws_access_key_id = AKIALAPTOP\naws_secret_access_key = x\n',
  );
  const leaky = {
    HOME: home,
    AWS_ACCESS_KEY_ID: 'AKIASHELL',
    AWS_SECRET_ACCESS_KEY: 'x',
    AWS_PROFILE: 'default',
    AWS_REGION: 'eu-west-3',
    KUBERNETES_SERVICE_HOST: 'x',
  };
  const { out } = await ended(start(['task', '--url', world.aws.url, '--', ...CALL], leaky));
  expect(JSON.parse(out)).toMatchObject({ ...GRANTED, AWS_REGION: 'us-east-1' });
  const env = await ended(start(['task', '--url', world.aws.url, '--', 'env'], leaky));
  expect(env.out).not.toMatch(/KUBERNETES|AKIASHELL|AWS_PROFILE/);
});

test("the exit code is the command's; a signal and a command that is not there count as in a shell", async () => {
  await using world = await open();
  const code = async (...command: readonly string[]) => (await world.aws.run('task', '--', ...command)).code;
  expect(await code('sh', '-c', 'exit 42')).toBe(42);
  expect(await code('sh', '-c', 'kill -KILL $$')).toBe(137);
  expect(await code('no-such-command')).toBe(127);
  expect(await code('/')).toBe(126);
});

test('a signal is handed on, and the home waits for the command to end', async () => {
  await using world = await open();
  const child = world.aws.start(
    'task',
    '--',
    'sh',
    '-c',
    "trap 'echo got it; exit 7' TERM; echo ready; while :; do sleep 0.05; done",
  );
  if (child.stdout === null) throw new Error('no stdout');
  const lines: string[] = [];
  const exited = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line === 'ready') child.kill('SIGTERM');
  }
  expect([lines, await exited]).toEqual([
    ['ready', 'got it'],
    [7, null],
  ]);
});

test('the token file is written anew when most of its life is over, by rename', async () => {
  await using world = await open();
  const child = world.aws.start(
    'pod',
    '--name',
    'p',
    '--',
    'sh',
    '-c',
    'echo "$AWS_WEB_IDENTITY_TOKEN_FILE"; while :; do sleep 0.05; done',
  );
  if (child.stdout === null) throw new Error('no stdout');
  const exited = once(child, 'exit');
  for await (const file of createInterface({ input: child.stdout })) {
    const before = await readFile(file, 'utf8');
    await world.aws.run('clock', '--advance', '20h');
    while ((await readFile(file, 'utf8')) === before) await new Promise(setImmediate);
    const claims = JSON.parse(
      Buffer.from((await readFile(file, 'utf8')).split('.')[1] ?? '', 'base64url').toString(),
    ) as { iat: number };
    expect(claims.iat * 1000).toBeGreaterThan(Date.now() + 19 * 3_600_000);
    child.kill('SIGTERM');
  }
  expect(await exited).toEqual([143, null]);
});
