import { expect, test } from '@jest/globals';
import { startFakeAws } from '../../support/fakeAws.ts';
import { openTask, record } from './support.ts';

test('an ECS task registers and meters with the role of the task', async () => {
  await using aws = await startFakeAws();
  const { marketplace } = await openTask(aws);

  expect(await marketplace.register({ productCode: 'product123', keyVersion: 1, nonce: 'n' })).toMatchObject({
    kind: 'ok',
    body: { signature: 'signed.token.text', keyRotation: undefined },
  });
  expect(await marketplace.meter(record)).toMatchObject({ kind: 'ok', body: { recordId: 'record-1' } });

  const [call] = aws.calls('MeterUsage');
  expect(JSON.parse(call?.body ?? '')).toEqual({
    ProductCode: 'product123',
    UsageDimension: 'requests',
    Timestamp: record.timestamp / 1000,
    UsageQuantity: 42,
    ClientToken: record.clientToken,
  });
  expect(call?.headers['authorization']).toMatch(/Credential=AKIDFAKE\/\d+\/eu-west-1\/aws-marketplace\/aws4_request/);
  expect(call?.headers['user-agent']).toContain('tollgate/');
  expect(call?.headers['x-amz-security-token']).toBe('fake-session-token');
  expect(aws.calls('GET /credentials')).toHaveLength(1);
});
