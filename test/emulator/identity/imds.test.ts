import { createPublicKey, verify } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { TEST_KEY_INSTANCE } from '../../../src/emulator/world/testKeys.ts';
import { emulate, USAGE } from '../support.ts';

const open = async (more: object = {}) => {
  await using stack = new AsyncDisposableStack();
  const aws = stack.use(await emulate());
  const { environment, resource } = await aws.launch('ec2', more);
  const base = environment['AWS_EC2_METADATA_SERVICE_ENDPOINT'] ?? '';
  const token = async (seconds = '21600') => {
    const response = await fetch(`${base}/latest/api/token`, {
      method: 'PUT',
      headers: { 'x-aws-ec2-metadata-token-ttl-seconds': seconds },
    });
    return { status: response.status, text: await response.text() };
  };
  const get = async (path: string, with_?: string) => {
    const response = await fetch(`${base}${path}`, {
      headers: { 'x-aws-ec2-metadata-token': with_ ?? (await token()).text },
    });
    return { status: response.status, text: await response.text() };
  };
  const all = stack.move();
  return { aws, resource, base, token, get, [Symbol.asyncDispose]: () => all.disposeAsync() };
};

test('nothing is told without a token, nor with one that has ended', async () => {
  await using world = await open();
  const path = '/latest/meta-data/instance-id';
  expect((await fetch(`${world.base}${path}`)).status).toBe(401);
  const { text } = await world.token('60');
  expect(await world.get(path, text)).toEqual({ status: 200, text: world.resource.id });
  await world.aws.admin('POST', 'clock', { advance: 60_000 });
  expect((await world.get(path, text)).status).toBe(401);
  expect((await world.token('21601')).status).toBe(400);
});

test('one instance does not answer for another', async () => {
  await using world = await open();
  const other = await world.aws.launch('ec2');
  const response = await fetch(
    `${other.environment['AWS_EC2_METADATA_SERVICE_ENDPOINT']}/latest/meta-data/instance-id`,
    {
      headers: { 'x-aws-ec2-metadata-token': (await world.token()).text },
    },
  );
  expect(response.status).toBe(401);
});

test('the identity document names Region, instance and product, and is signed', async () => {
  await using world = await open({ region: 'us-gov-west-1', product: USAGE });
  const { text: document } = await world.get('/latest/dynamic/instance-identity/document');
  expect(JSON.parse(document)).toMatchObject({
    instanceId: world.resource.id,
    region: 'us-gov-west-1',
    accountId: '111122223333',
    marketplaceProductCodes: [USAGE],
  });
  const { text: signature } = await world.get('/latest/dynamic/instance-identity/signature');
  const isRight = (text: string) =>
    verify('sha256', Buffer.from(text), createPublicKey(TEST_KEY_INSTANCE), Buffer.from(signature, 'base64'));
  expect([isRight(document), isRight(`${document} `)]).toEqual([true, false]);
});

test('the role has credentials, other names have not', async () => {
  await using world = await open({ role: 'meter-only' });
  expect((await world.get('/latest/meta-data/iam/security-credentials/')).text).toBe('meter-only');
  const { text } = await world.get('/latest/meta-data/iam/security-credentials/meter-only');
  expect(JSON.parse(text)).toMatchObject({
    Code: 'Success',
    Type: 'AWS-HMAC',
    AccessKeyId: expect.stringMatching(/^ASIA/),
  });
  expect((await world.get('/latest/meta-data/iam/security-credentials/metering')).status).toBe(404);
  expect((await world.get('/latest/meta-data/product-codes')).status).toBe(404);
});
