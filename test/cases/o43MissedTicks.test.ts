import { expect, test } from '@jest/globals';
import { startWorld } from '../support/tollWorld.ts';
import { settle } from '../support/virtualTime.ts';

/** checks/moved-clock stops the program itself. */
test('O43 without a tick from 10:59:50 to 11:20 the hour is sent within a minute, once however many ticks come then', async () => {
  const world = await startWorld({ now: '2026-03-01T10:05Z' });
  await world.report('requests', 9);
  await world.advanceTo('10:59:50');
  world.agent.ticks.stop();
  await world.advanceTo('11:20');
  expect(world.aws.bodies('requests')).toEqual([]);
  for (let tick = 0; tick < 5; tick += 1) {
    void world.agent.reporting.pass();
    if (tick % 2 === 0) await settle();
  }
  await world.advanceTo('11:21');
  expect(world.aws.bodies('requests')).toHaveLength(1);
  expect(world.aws.bill('requests')).toEqual({ '10': '9' });
  expect(world.line('requests', 10)).toMatchObject({ state: 'receipted', attempts: 1 });
});

test('O43 however often it ticks, no hour is sent because of that', async () => {
  const world = await startWorld({ now: '2026-03-01T10:58Z' });
  await world.report('requests', 9);
  for (let second = 0; second < 230; second += 1) {
    void world.agent.reporting.pass();
    await world.wait(1_000);
  }
  expect(world.aws.bodies('requests')).toEqual([]);
  await world.advanceTo('11:15');
  expect(world.aws.bodies('requests')).toHaveLength(1);
});
