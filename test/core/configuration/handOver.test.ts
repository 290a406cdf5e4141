import { expect, test } from '@jest/globals';
import { judge } from '../../../src/agent/core/configuration/judge.ts';
import type { Branch } from '../../../src/agent/core/configuration/layers/tree.ts';
import { resolve } from '../../../src/agent/core/configuration/resolve.ts';

const warned = (meter: string, more: Branch = {}): readonly string[] => {
  const scope = meter === 'sum' || meter === 'counter' ? {} : { scope: 'pod' };
  const { settings, findings } = judge({
    product: { code: 'abc' },
    dimensions: { hosts: { meter, ...scope } },
    ...more,
  });
  expect(findings).toEqual([]);
  return resolve(settings, { sealedByPlace: false, publicKeys: [], origins: {}, warnings: [] }).warnings;
};

test.each(['max', 'last', 'unique'])('O47: a %s whose next pod may not find its ledger is warned of', (meter) => {
  expect(warned(meter)).toEqual([
    expect.stringMatching(/^dimensions\.hosts: .*\/var\/lib\/tollgate.*onShutdown: keep/),
  ]);
  expect(warned(meter, { platform: 'ecs' })).toEqual([expect.stringContaining('not on ECS')]);
  expect(warned(meter, { platform: 'eks', metering: { onShutdown: 'keep' } })).toEqual([]);
  expect(warned(meter, { platform: 'ec2' })).toEqual([]);
});

test.each(['day', 'month'])('a unique within a %s whose ledger may be lost is warned of', (within) => {
  const said = warned('unique', { dimensions: { hosts: { meter: 'unique', scope: 'pod', within } } });
  expect(said).toEqual([expect.stringContaining(`all that was seen in the same ${within} is billed once more`)]);
});

test.each(['sum', 'counter', 'average'])('O47: a %s adds up by itself', (meter) => {
  expect(warned(meter)).toEqual([]);
});

test('with a standby no hour is counted by two: only what is seen within more than an hour is warned of', () => {
  const standby = { lease: 'reporter' };
  for (const meter of ['max', 'last', 'unique']) expect(warned(meter, { standby })).toEqual([]);
  const seen = { meter: 'unique', scope: 'product', within: 'day' };
  const users = { dimensions: { users: seen } };
  expect(warned('sum', { ...users, standby })).toEqual([
    expect.stringMatching(/^dimensions\.users: .*once more in that day: write within: hour/),
  ]);
});
