import assert from 'node:assert/strict';
import { IMAGE, startContainer } from '../support/docker.ts';
import { makeStage } from '../support/stage.ts';
import type { InsideScenario } from './inside.ts';

/** While the fault lasts the gate is pending. */
const OUTAGE = { kind: 'error', operation: 'MeterUsage' };

/** A pending gate under a start period of so long; answers what docker said of it, and that it was healthy afterwards. */
const pendingThenGranted = async (namespace: string, words: readonly string[], status: 'starting' | 'unhealthy') => {
  using stage = await makeStage(namespace);
  await stage.ask('/admin/faults', OUTAGE);
  await using container = await startContainer(...words, ...(await stage.task('pending')), ...stage.configured, IMAGE);
  const { Health } = await container.until(
    `${status} after two checks`,
    (state) => state.Health?.Status === status && (state.Health.Log?.length ?? 0) >= 2,
  );
  for (const { ExitCode } of Health?.Log ?? []) assert.notEqual(ExitCode, 0);
  assert.match(Health?.Log?.at(-1)?.Output ?? '', /pending/);
  await stage.ask('/admin/faults', undefined);
  await container.isHealthy();
  // What AWS says later is no matter of the check: ECS would kill the task.
  await stage.ask('/admin/faults', { ...OUTAGE, operation: 'all' });
  const before = Date.now();
  const later = await container.until(
    'it was checked twice more',
    async ({ Health: now }) =>
      (now?.Log ?? []).filter((entry) => 'Start' in entry && Date.parse(String(entry.Start)) > before).length >= 2,
  );
  assert.equal(later.Health?.Status, 'healthy');
};

export const HEALTH: readonly InsideScenario[] = [
  {
    name: 'health: starting while the gate is pending, healthy from the grant on, whatever AWS says later',
    play: (namespace) => pendingThenGranted(namespace, ['--health-interval=1s'], 'starting'),
  },
  {
    name: 'health: unhealthy when the gate is pending for longer than the start period, healthy at the grant',
    play: (namespace) =>
      pendingThenGranted(
        namespace,
        ['--health-interval=1s', '--health-start-period=1s', '--health-retries=2'],
        'unhealthy',
      ),
  },
  {
    name: 'a refusal ends the container with 77 and says why',
    play: async (namespace) => {
      using stage = await makeStage(namespace);
      await using container = await startContainer(
        ...(await stage.task('refused')),
        ...stage.configuredNotBought,
        IMAGE,
      );
      const { ExitCode } = await container.until('it has ended', ({ Running }) => !Running);
      assert.equal(ExitCode, 77, await container.logs());
      assert.match(await container.logs(), /CustomerNotEntitled/);
    },
  },
];
