import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { credentialsUntil, says, startFakeAws } from '../../support/fakeAws.ts';
import { handClock, openTask, record } from './support.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

const times = <T>(count: number, make: () => Promise<T>): Promise<readonly T[]> =>
  Promise.all(Array.from({ length: count }, make));

test('one request for credentials serves every call until they are about to expire', async () => {
  await using aws = await startFakeAws();
  const clock = handClock();
  // The fake's answers bear the machine's Date; the clock of this test is AWS's.
  aws.always('MeterUsage', () => ({
    do: 'answer',
    json: { MeteringRecordId: 'r' },
    headers: { date: new Date(clock.wall()).toUTCString() },
  }));
  aws.always('GET /credentials', () => says(credentialsUntil(new Date(clock.wall() + 60 * MINUTE))));
  const { marketplace } = await openTask(aws, { clock });

  for (let round = 0; round < 10; round += 1) await times(50, () => marketplace.meter(record));
  clock.advance(54 * MINUTE);
  await times(3, () => marketplace.meter(record));
  expect(aws.calls('GET /credentials')).toHaveLength(1);

  clock.advance(2 * MINUTE);
  await times(30, () => marketplace.meter(record));
  expect(aws.calls('GET /credentials')).toHaveLength(2);
});

test('old credentials do while the endpoint is in trouble, as long as they live', async () => {
  await using aws = await startFakeAws();
  const clock = handClock();
  aws.always('MeterUsage', () => ({
    do: 'answer',
    json: { MeteringRecordId: 'r' },
    headers: { date: new Date(clock.wall()).toUTCString() },
  }));
  aws.next('GET /credentials', says(credentialsUntil(new Date(clock.wall() + 60 * MINUTE))));
  aws.always('GET /credentials', says({}, 500));
  const { marketplace } = await openTask(aws, { clock });

  await marketplace.meter(record);
  clock.advance(57 * MINUTE);
  expect((await marketplace.meter(record)).kind).toBe('ok');
  clock.advance(4 * MINUTE);
  expect((await marketplace.meter(record)).kind).toBe('noCredentials');
});

test('an endpoint that answers 429 is in trouble: it is named, asked once for all callers, and asked again later', async () => {
  await using aws = await startFakeAws();
  const clock = handClock();
  const { marketplace } = await openTask(aws, { clock });
  aws.next('GET /credentials', says({ message: 'slow down' }, 429));

  for (const answer of await times(50, () => marketplace.meter(record))) {
    expect(answer).toMatchObject({
      kind: 'noCredentials',
      trouble: { transient: true, message: expect.stringContaining('the ECS credential endpoint answered 429') },
    });
  }
  clock.advance(SECOND);
  await marketplace.meter(record);
  expect(aws.calls('GET /credentials')).toHaveLength(1);
  expect(aws.calls('MeterUsage')).toEqual([]);

  clock.advance(2 * SECOND);
  expect((await marketplace.meter(record)).kind).toBe('ok');
  expect(aws.calls('GET /credentials')).toHaveLength(2);
});

test('an endpoint that does not answer is in trouble, and is not waited for', async () => {
  await using aws = await startFakeAws();
  const { marketplace } = await openTask(aws);
  aws.next('GET /credentials', { do: 'hang' });
  expect(await marketplace.meter(record)).toMatchObject({
    kind: 'noCredentials',
    trouble: { transient: true, message: expect.stringContaining('does not answer: no answer within') },
  });
});

test('credentials that AWS refuses are asked for anew', async () => {
  await using aws = await startFakeAws();
  const { marketplace } = await openTask(aws);
  await marketplace.meter(record);
  aws.next(
    'GET /credentials',
    says({ ...credentialsUntil(new Date(Date.now() + 60 * MINUTE)), AccessKeyId: 'AKIDSECOND' }),
  );
  marketplace.renewCredentials();
  await marketplace.meter(record);
  expect(aws.calls('MeterUsage')[1]?.headers['authorization']).toContain('Credential=AKIDSECOND/');
});

test('nothing else of the environment reaches the SDK', async () => {
  await using aws = await startFakeAws();
  const home = await mkdtemp(join(tmpdir(), 'tollgate-home-'));
  await mkdir(join(home, '.aws'));
  await writeFile(
    join(home, '.aws', 'config'),
    '[default]\nregion = us-west-2\nendpoint_url = http://127.0.0.1:1\nmax_attempts = 7\nuse_fips_endpoint = true\n[profile other]\nrole_arn = arn:aws:iam::999999999999:role/other\ncredential_source = Environment\n',
  );
  await writeFile(
    join(home, '.aws', 'credentials'),
    '[default]\naws_access_key_id = AKIDFILE\naws_secret_access_key = s\n[other]\naws_access_key_id = AKIDOTHER\naws_secret_access_key = s\n',
  );
  const { marketplace } = await openTask(
    aws,
    {},
    {
      HOME: home,
      AWS_ACCESS_KEY_ID: 'AKIDSTRAY',
      AWS_SECRET_ACCESS_KEY: 'stray',
      AWS_PROFILE: 'other',
      AWS_USE_FIPS_ENDPOINT: 'true',
      AWS_USE_DUALSTACK_ENDPOINT: 'true',
      AWS_MAX_ATTEMPTS: '7',
      AWS_RETRY_MODE: 'adaptive',
      AWS_DEFAULTS_MODE: 'mobile',
      AWS_AUTH_SCHEME_PREFERENCE: 'sigv4a',
    },
  );
  aws.next('MeterUsage', says({ __type: 'ThrottlingException' }, 400));
  expect(await marketplace.meter(record)).toMatchObject({ kind: 'refusal', name: 'ThrottlingException' });
  const calls = aws.calls('MeterUsage');
  expect(calls).toHaveLength(1);
  expect(calls[0]?.headers['authorization']).toMatch(/Credential=AKIDFAKE\/\d+\/eu-west-1\//);
});
