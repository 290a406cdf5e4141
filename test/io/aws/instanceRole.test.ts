import { expect, test } from '@jest/globals';
import { credentialsUntil, type FakeAws, says, startFakeAws } from '../../support/fakeAws.ts';
import { open, record } from './support.ts';

const DOCUMENT = 'GET /latest/dynamic/instance-identity/document';
const TOKEN = 'PUT /latest/api/token';
const ROLES = 'GET /latest/meta-data/iam/security-credentials/';

const startInstance = (aws: FakeAws) => {
  aws.always(TOKEN, { do: 'answer', text: 'imds-token' });
  aws.always(DOCUMENT, says({ instanceId: 'i-0abc', region: 'eu-west-1', accountId: '111122223333' }));
  return open({
    AWS_EC2_METADATA_SERVICE_ENDPOINT: aws.origin,
    AWS_ENDPOINT_URL_MARKETPLACE_METERING: aws.origin,
  });
};

test('an instance signs with its role, by IMDSv2', async () => {
  await using aws = await startFakeAws();
  const { marketplace } = await startInstance(aws);
  aws.always(ROLES, { do: 'answer', text: 'metering' });
  aws.always(`${ROLES}metering`, says({ Code: 'Success', ...credentialsUntil(new Date(Date.now() + 3_600_000)) }));
  expect((await marketplace.meter(record)).kind).toBe('ok');
  for (const { operation, headers } of aws.seen) {
    if (operation.startsWith('GET /latest')) expect(headers['x-aws-ec2-metadata-token']).toBe('imds-token');
  }
});

test('an instance without a role is told so', async () => {
  await using aws = await startFakeAws();
  const { marketplace } = await startInstance(aws);
  aws.always(ROLES, says({}, 404));
  expect(await marketplace.meter(record)).toMatchObject({
    kind: 'noCredentials',
    trouble: { transient: false, remedy: expect.stringContaining('instance profile') },
  });
});

test('instance metadata in trouble is trouble, and its first version is never asked', async () => {
  await using aws = await startFakeAws();
  const { marketplace } = await startInstance(aws);
  aws.always(TOKEN, says({}, 403));
  expect(await marketplace.meter(record)).toMatchObject({
    kind: 'noCredentials',
    trouble: { transient: true, message: expect.stringContaining('EC2 instance metadata answered 403') },
  });
  expect(aws.calls(ROLES)).toEqual([]);
});
