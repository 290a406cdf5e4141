import { type Caller, callerIn as callerOf, type Resource } from '../../../src/emulator/rules/caller.ts';
import { apply } from '../../../src/emulator/rules/change.ts';
import { decide } from '../../../src/emulator/rules/service.ts';
import { firstState, type State } from '../../../src/emulator/rules/state.ts';
import type { World } from '../../../src/emulator/rules/world.ts';
import { DEFAULT_WORLD } from '../../../src/emulator/world/defaultWorld.ts';

export const USAGE = '4w1vgsrkqdkypbz43g7qkk4uz';
export const HOURLY = '2hourlyproductcode0example1';
export const NOT_BOUGHT = '3notsubscribedcode0example1';
export const FREE = '4freeproductcode00example01';
export const SAAS = '5saasproductcode00example01';

export const at = (text: string): number => Date.parse(text);
export const seconds = (text: string): number => at(text) / 1000;

export const TASK: Resource = {
  id: 'arn:aws:ecs:us-east-1:111122223333:task/billing/0f1e2d3c4b5a69788796a5b4c3d2e1f0',
  kind: 'ecs',
  name: 'parser',
  account: '111122223333',
  region: 'us-east-1',
  role: 'metering',
  launchedAt: at('2026-03-01T08:00:00Z'),
  launchType: 'FARGATE',
};

export const POD: Resource = { ...TASK, id: '5b0c1d9e-1111-4222-8333-444455556666', kind: 'eks' };

const BOTH = ['aws-marketplace:RegisterUsage', 'aws-marketplace:MeterUsage'];

export const callerIn = (resource: Resource, more: Partial<Caller> = {}): Caller => ({
  ...callerOf(resource, BOTH),
  ...more,
});

export type Said = {
  readonly body?: Readonly<Record<string, unknown>>;
  readonly error?: string;
  readonly message?: string;
};

/** A world moved by hand: calls are decided and, as the emulator does, committed. */
export const stage = (world: World = DEFAULT_WORLD) => {
  const state: State = firstState({ ...world, settings: { ...world.settings, quota: {} } });
  const call = (
    operation: string,
    body: Readonly<Record<string, unknown>>,
    now: string,
    caller = callerIn(TASK),
    region = 'us-east-1',
  ): Said => {
    const { answer, changes } = decide(world, state, { operation, region, caller, body }, at(now));
    for (const change of changes) apply(state, change);
    return answer.ok ? { body: answer.body } : { error: answer.error.name, message: answer.error.message };
  };
  const meter = (more: Readonly<Record<string, unknown>>, now: string, caller?: Caller, region?: string): Said =>
    call('MeterUsage', { ProductCode: USAGE, UsageDimension: 'requests', ...more }, now, caller, region);
  return { state, world, call, meter };
};
