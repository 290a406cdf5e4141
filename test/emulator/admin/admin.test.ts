import { request } from 'node:http';
import { RegisterUsageCommand } from '@aws-sdk/client-marketplace-metering';
import { expect, test } from '@jest/globals';
import { emulate, HOURLY, outcomeOf, USAGE } from '../support.ts';

const statusWithHost = (url: string, host: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    request(`${url}/admin/bill`, { headers: { host } }, (response) => resolve(response.resume().statusCode))
      .once('error', reject)
      .end();
  });

test('only a loopback name is answered: a page in a browser cannot steer the emulator', async () => {
  await using aws = await emulate();
  expect(await statusWithHost(aws.url, 'evil.example')).toBe(403);
  expect(await statusWithHost(aws.url, '127.0.0.1.evil.example')).toBe(403);
  for (const host of ['localhost:1', '127.0.0.1', '[::1]:8700']) expect(await statusWithHost(aws.url, host)).toBe(200);
});

test.each([
  ['GET', 'nothing', undefined, 404],
  ['POST', 'bill', undefined, 404],
  ['DELETE', 'faults/7', undefined, 404],
  ['GET', 'resources/nobody', undefined, 404],
  ['POST', 'subscribe', '{', 400],
  ['POST', 'subscribe', '{"product":"nope"}', 404],
  ['POST', 'subscribe', '{"prodct":"x"}', 422],
  ['POST', 'clock', '{"rate":0}', 422],
  ['POST', 'clock', '{"set":"2026-03-01"}', 422],
  ['POST', 'resources', '{"kind":"lambda"}', 422],
  ['POST', 'resources', '{"kind":"ecs","name":"a/b"}', 422],
])('%s %s %s answers with a reason', async (method, route, body, status) => {
  await using aws = await emulate();
  const response = await fetch(`${aws.url}/admin/${route}`, { method, ...(body !== undefined && { body }) });
  expect([response.status, await response.json()]).toEqual([
    status,
    { schema: 1, error: expect.stringMatching(/\.$|: /) },
  ]);
});

test('the clock is set, advanced and sped up, and only the emulator sees it', async () => {
  let base = 0;
  await using aws = await emulate({ clock: () => base });
  expect(await aws.admin('POST', 'clock', { set: '2026-03-01T10:00:00Z', rate: 60 })).toEqual({
    schema: 1,
    now: '2026-03-01T10:00:00Z',
    milliseconds: Date.parse('2026-03-01T10:00:00Z'),
    rate: 60,
  });
  base = 60_000;
  expect(await aws.admin('GET', 'clock')).toMatchObject({ now: '2026-03-01T11:00:00Z' });
  expect(await aws.admin('POST', 'clock', { advance: -3_600_000, rate: 1 })).toMatchObject({
    now: '2026-03-01T10:00:00Z',
  });
  base = 61_000;
  expect(await aws.admin('GET', 'clock')).toMatchObject({ now: '2026-03-01T10:00:01Z' });
});

test('settings are changed one by one, and count at once', async () => {
  await using aws = await emulate();
  const before = await aws.admin('GET', 'settings');
  const after = await aws.admin('POST', 'settings', {
    quota: { RegisterUsage: 1 },
    dryRun: { answer: 'DryRunOperation' },
  });
  expect(after).toEqual({
    ...before,
    quota: { MeterUsage: 10, RegisterUsage: 1, BatchMeterUsage: 10 },
    dryRun: { answer: 'DryRunOperation', checks: 'all', denied: 'AccessDeniedException' },
  });
  const { client } = await aws.task();
  const register = () => outcomeOf(client.send(new RegisterUsageCommand({ ProductCode: HOURLY, PublicKeyVersion: 1 })));
  expect([await register(), await register()]).toEqual([
    expect.objectContaining({ Signature: expect.any(String) }),
    'ThrottlingException',
  ]);
});

test('who leaves is refused, who buys is granted', async () => {
  await using aws = await emulate();
  const register = async () => {
    const { client } = await aws.task();
    return outcomeOf(client.send(new RegisterUsageCommand({ ProductCode: HOURLY, PublicKeyVersion: 1 })));
  };
  await aws.admin('POST', 'unsubscribe', { product: HOURLY });
  expect(await register()).toBe('CustomerNotEntitledException');
  await aws.admin('POST', 'subscribe', { product: HOURLY, account: '111122223333' });
  expect(await register()).toMatchObject({ Signature: expect.any(String) });
});

test('the world tells no private key', async () => {
  await using aws = await emulate();
  const all = await Promise.all(['world', 'keys', 'settings', 'resources'].map((route) => aws.admin('GET', route)));
  expect(JSON.stringify(all)).not.toMatch(/PRIVATE/);
  expect(all[0]).toMatchObject({ subscriptions: [{ account: '111122223333', product: USAGE }, { product: HOURLY }] });
});

test('the list of calls goes on from a number', async () => {
  await using aws = await emulate();
  await aws.task();
  await fetch(aws.url);
  expect(await aws.admin('GET', 'calls?since=1')).toMatchObject({ calls: [{ n: 2, operation: 'GET /', status: 404 }] });
});
