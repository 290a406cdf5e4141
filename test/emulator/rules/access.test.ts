import { expect, test } from '@jest/globals';
import type { Caller, Resource } from '../../../src/emulator/rules/caller.ts';
import { DEFAULT_WORLD } from '../../../src/emulator/world/defaultWorld.ts';
import { callerIn, HOURLY, POD, seconds, stage, TASK, USAGE } from './stage.ts';

const NOW = '2026-03-01T11:03:00Z';
const REGISTER = { ProductCode: HOURLY, PublicKeyVersion: 1 };

const instance = (more: Partial<Resource> = {}): Resource => ({
  ...TASK,
  id: 'i-0123456789abcdef0',
  kind: 'ec2',
  product: USAGE,
  ...more,
});
const inRegion = (resource: Resource, region: string): Resource => ({ ...resource, region });

test.each<[string, Caller]>([
  ['an access key', { ...callerIn(TASK), source: 'accessKey' }],
  ["the node's role", callerIn(instance({ node: true }), { source: 'nodeRole' })],
  ['EKS Pod Identity', callerIn(POD, { source: 'podIdentity' })],
  ['a role assumed from the role of the task', callerIn(TASK, { source: 'chainedRole' })],
])('%s leads to no task or pod, for either call', (_what, caller) => {
  const { meter, call } = stage();
  expect(meter({ Timestamp: seconds(NOW) }, NOW, caller)).toEqual({
    error: 'PlatformNotSupportedException',
    message: 'The MeterUsage operation can be called only from within an Amazon ECS task or an Amazon EKS pod.',
  });
  expect(call('RegisterUsage', REGISTER, NOW, caller).error).toBe('PlatformNotSupportedException');
});

test('an instance meters the product of its image, and registers nothing', () => {
  const { meter, call } = stage();
  expect(meter({ Timestamp: seconds(NOW) }, NOW, callerIn(instance())).error).toBeUndefined();
  expect(meter({ Timestamp: seconds(NOW) }, NOW, callerIn(instance({ product: HOURLY }))).error).toBe(
    'PlatformNotSupportedException',
  );
  expect(call('RegisterUsage', REGISTER, NOW, callerIn(instance())).error).toBe('PlatformNotSupportedException');
});

test('the endpoint must be in the Region of the resource, and the two calls name it differently', () => {
  const { meter, call } = stage();
  expect(meter({ Timestamp: seconds(NOW) }, NOW, callerIn(TASK), 'eu-west-1').error).toBe(
    'InvalidEndpointRegionException',
  );
  expect(call('RegisterUsage', REGISTER, NOW, callerIn(TASK), 'eu-west-1').error).toBe('InvalidRegionException');
});

test('containers have 17 Regions, instances have 28 and GovCloud', () => {
  expect(DEFAULT_WORLD.regions.container).toHaveLength(17);
  expect(new Set(DEFAULT_WORLD.regions.ami).size).toBe(30);
  const { meter, call } = stage();
  for (const region of ['af-south-1', 'us-gov-west-1', 'ca-west-1']) {
    const caller = callerIn(inRegion(TASK, region));
    expect(meter({ Timestamp: seconds(NOW) }, NOW, caller, region).error).toBe('DisabledApiException');
    expect(call('RegisterUsage', REGISTER, NOW, caller, region).error).toBe('DisabledApiException');
  }
  for (const region of ['af-south-1', 'us-gov-west-1']) {
    expect(
      meter({ Timestamp: seconds(NOW) }, NOW, callerIn(inRegion(instance(), region)), region).error,
    ).toBeUndefined();
  }
});

test('each action is allowed by itself, and a denial names it as IAM does', () => {
  const { meter, call } = stage();
  const registerOnly = callerIn(TASK, { actions: ['aws-marketplace:RegisterUsage'] });
  expect(call('RegisterUsage', REGISTER, NOW, registerOnly).error).toBeUndefined();
  expect(meter({ Timestamp: seconds(NOW) }, NOW, registerOnly)).toEqual({
    error: 'AccessDeniedException',
    message:
      'User: arn:aws:sts::111122223333:assumed-role/metering/session is not authorized to perform: aws-marketplace:MeterUsage on resource: * because no identity-based policy allows the aws-marketplace:MeterUsage action',
  });
});

test('an operation that there is not is told before anything else', () => {
  expect(stage().call('MeterUsages', {}, NOW, callerIn(TASK, { actions: [] })).error).toBe('UnknownOperationException');
});
