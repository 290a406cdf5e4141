import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decide, KNOWN_REGIONS, nearestTo, type Question, TABLE } from '../../src/regions/index.ts';

const ask = (question: Partial<Question> & Pick<Question, 'region'>) =>
  decide({ operation: 'MeterUsage', platform: 'ecs', pricing: 'usage', ...question });

const SEVENTEEN = (
  'us-east-1 us-east-2 us-west-1 us-west-2 eu-west-1 eu-central-1 eu-west-2 eu-west-3 eu-north-1 ap-east-1 ' +
  'ap-southeast-1 ap-northeast-1 ap-southeast-2 ap-northeast-2 ap-south-1 ca-central-1 sa-east-1'
).split(' ');

const ELEVEN = (
  'af-south-1 ap-northeast-3 ap-south-2 ap-southeast-3 ap-southeast-4 eu-central-2 eu-south-1 eu-south-2 ' +
  'il-central-1 me-central-1 me-south-1'
).split(' ');

test.each(SEVENTEEN)('%s is supported for everything but what only other platforms have', (region) => {
  for (const platform of ['ecs', 'eks'] as const) {
    expect(ask({ platform, region }).decision).toBe('supported');
    expect(ask({ operation: 'RegisterUsage', platform, region }).row).toBe('register-17');
  }
  expect(ask({ platform: 'ec2', region }).row).toBe('ami-28');
});

test.each(ELEVEN)('%s is unlisted for ECS, refused for EKS and RegisterUsage, supported for EC2', (region) => {
  expect(ask({ region })).toMatchObject({ decision: 'unlisted', row: 'ecs-11' });
  expect(ask({ platform: 'eks', region })).toMatchObject({ decision: 'refused', row: 'eks-11' });
  expect(ask({ operation: 'RegisterUsage', region })).toMatchObject({ decision: 'refused', row: 'register-11' });
  expect(ask({ platform: 'ec2', region }).decision).toBe('supported');
});

test.each(['us-gov-west-1', 'us-gov-east-1'])('%s refuses containers, and meters AMI products by usage', (region) => {
  for (const operation of ['MeterUsage', 'RegisterUsage'] as const)
    for (const platform of ['ecs', 'eks'] as const)
      expect(ask({ operation, platform, region })).toMatchObject({ decision: 'refused', row: 'govcloud-containers' });
  expect(ask({ platform: 'ec2', region })).toMatchObject({ decision: 'supported', row: 'govcloud-ami' });
  expect(ask({ platform: 'ec2', pricing: 'hourly', region }).decision).toBe('refused');
});

test('RegisterUsage is a container call, wherever and whatever the vendor opened', () => {
  for (const region of ['us-east-1', 'us-gov-west-1', 'nowhere-1'])
    expect(ask({ operation: 'RegisterUsage', platform: 'ec2', region, extraRegions: [region] })).toMatchObject({
      decision: 'refused',
      row: 'register-containers-only',
    });
});

test('AgentCore is in us-east-1 alone', () => {
  expect(ask({ platform: 'agentcore', region: 'us-east-1' }).row).toBe('agentcore');
  expect(ask({ platform: 'agentcore', region: 'eu-west-1' }).row).toBe('agentcore-elsewhere');
});

test.each([
  ['cn-north-1', 'china'],
  ['cn-northwest-1', 'china'],
  ['us-iso-east-1', 'isolated'],
  ['us-isob-east-1', 'isolated'],
  ['eu-isoe-west-1', 'isolated'],
  ['us-isof-south-1', 'isolated'],
  ['eusc-de-east-1', 'sovereign'],
  ['ca-west-1', 'without-metering'],
])('%s is refused by the row %s', (region, row) => {
  for (const operation of ['MeterUsage', 'RegisterUsage'] as const)
    for (const platform of ['ecs', 'eks'] as const)
      expect(ask({ operation, platform, region })).toMatchObject({ decision: 'refused', row });
});

test('a mistyped Region is refused with the one that was meant', () => {
  expect(ask({ region: 'us-eest-1' })).toMatchObject({ decision: 'refused', row: 'unknown' });
  expect(ask({ region: 'us-eest-1' }).reason).toContain('us-east-1');
  expect(ask({ region: 'eu-west-1\n' }).reason).toContain('"eu-west-1\\n"');
  expect(ask({ region: 'somewhere over the rainbow' }).reason).not.toContain('did you mean');
});

test('the vendor opens a Region, one that nobody knows too', () => {
  for (const region of ['af-south-1', 'mx-central-1', 'xx-new-9'])
    for (const platform of ['ecs', 'eks'] as const)
      expect(ask({ platform, region, extraRegions: ['eu-west-1', region] })).toMatchObject({
        decision: 'supported',
        row: 'configuration',
      });
  expect(ask({ region: 'eu-west-1', extraRegions: ['eu-west-1'] }).row).toBe('ecs-17');
});

test('every row has a source, a date and its own name, and no row is out of reach', () => {
  expect(new Set(TABLE.map(({ id }) => id)).size).toBe(TABLE.length);
  const regions = [...KNOWN_REGIONS, 'cn-north-1', 'us-iso-east-1', 'eusc-de-east-1'];
  const reached = new Set(
    regions.flatMap((region) =>
      (['RegisterUsage', 'MeterUsage'] as const).flatMap((operation) =>
        (['ecs', 'eks', 'ec2', 'agentcore'] as const).map((platform) => ask({ operation, platform, region }).row),
      ),
    ),
  );
  for (const { id, source, seen, decision, remedy } of TABLE) {
    expect(source).not.toBe('');
    expect(seen).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(reached).toContain(id);
    if (decision === 'refused') expect(remedy).toBeDefined();
  }
});

test('any question is answered, and only what is listed is supported', () => {
  const known: ReadonlySet<string> = new Set(KNOWN_REGIONS);
  fc.assert(
    fc.property(
      fc.constantFrom('RegisterUsage' as const, 'MeterUsage' as const),
      fc.constantFrom('ecs' as const, 'eks' as const, 'ec2' as const, 'agentcore' as const),
      fc.oneof(fc.string(), fc.constantFrom(...KNOWN_REGIONS)),
      (operation, platform, region) => {
        const { decision } = ask({ operation, platform, region });
        if (!known.has(region)) expect(decision).toBe('refused');
      },
    ),
  );
});

test('the nearest word is one that a slip of the fingers explains', () => {
  expect(nearestTo('patiance', ['patience', 'onPatience'])).toBe('patience');
  expect(nearestTo('lgo', ['gate', 'log', 'door'])).toBe('log');
  expect(nearestTo('zzz', ['patience'])).toBeUndefined();
  expect(nearestTo('x'.repeat(10_000), ['patience'])).toBeUndefined();
});
