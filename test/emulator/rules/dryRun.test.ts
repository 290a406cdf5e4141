import { expect, test } from '@jest/globals';
import { DEFAULT_WORLD } from '../../../src/emulator/world/defaultWorld.ts';
import { callerIn, NOT_BOUGHT, seconds, stage, TASK } from './stage.ts';

const NOW = '2026-03-01T11:03:00Z';
const DRY = { Timestamp: seconds(NOW), DryRun: true, UsageQuantity: 0 };

const withDryRun = (dryRun: Partial<typeof DEFAULT_WORLD.settings.dryRun>) =>
  stage({
    ...DEFAULT_WORLD,
    settings: { ...DEFAULT_WORLD.settings, dryRun: { ...DEFAULT_WORLD.settings.dryRun, ...dryRun } },
  });

test('a dry run stores nothing, takes no hour and is no first call', () => {
  const { meter, state } = stage();
  expect(meter(DRY, NOW)).toEqual({ body: {} });
  expect([state.records.size, state.known.size, state.tokens.size]).toEqual([0, 0, 0]);
  expect(meter({ Timestamp: seconds(NOW), UsageQuantity: 9 }, NOW).error).toBeUndefined();
});

test('success can be the error that the reference names', () => {
  expect(withDryRun({ answer: 'DryRunOperation' }).meter(DRY, NOW).error).toBe('DryRunOperation');
});

test('it looks at the subscription, or at the permission alone', () => {
  const dry = { ...DRY, ProductCode: NOT_BOUGHT };
  expect(stage().meter(dry, NOW).error).toBe('CustomerNotEntitledException');
  expect(withDryRun({ checks: 'permission' }).meter(dry, NOW).error).toBeUndefined();
});

test('a denial bears the name that is set', () => {
  const denied = callerIn(TASK, { actions: [] });
  expect(stage().meter(DRY, NOW, denied).error).toBe('AccessDeniedException');
  expect(withDryRun({ denied: 'UnauthorizedException' }).meter(DRY, NOW, denied).error).toBe('UnauthorizedException');
});
