import { expect, test } from '@jest/globals';
import { HOUR, MINUTE } from '../../src/agent/core/time/hour.ts';
import { startWorld, sumOf } from '../support/tollWorld.ts';

const ZEROS = [sumOf('requests', { zeroHours: true })];

test('no zero is sent for hours that the machine slept through', async () => {
  const world = await startWorld({ now: '2026-03-01T10:10Z', dimensions: ZEROS });
  await world.advanceTo('11:20');
  expect(world.aws.bill('requests')).toEqual({ '10': '0' });
  // AWS's clock in this world follows the monotonic one: a suspend is what both the wall and AWS see pass.
  world.aws.suspend(3 * HOUR);
  world.jumpWall(3 * HOUR);
  await world.wait(90 * MINUTE);
  // Hour 11 was begun awake, 14 was woken in, 12 and 13 were slept through.
  expect(world.aws.bill('requests')).toEqual({ '10': '0', '11': '0', '14': '0' });
});

test('the last hour of a month goes out within five minutes of its end, stamped in its own month', async () => {
  const world = await startWorld({
    now: '2026-12-31T23:10Z',
    dimensions: ZEROS,
    // Its slot lies near the end of the minutes that a fleet is spread over.
    resource: 'task/34',
  });
  await world.report('requests', 7);
  await world.wait(50 * MINUTE);
  expect(world.aws.bill('requests')).toEqual({});
  await world.wait(7 * MINUTE);
  const [body] = world.aws.bodies('requests', Date.parse('2026-12-31T23:00Z') / HOUR);
  expect(JSON.parse(body ?? '{}')).toMatchObject({
    UsageQuantity: 7,
    Timestamp: Date.parse('2026-12-31T23:59:59Z') / 1_000,
  });
});

test('a task that is born in the last second of an hour stamps it at its birth or later', async () => {
  const world = await startWorld({ now: '2026-03-01T10:59:59.900Z', dimensions: ZEROS });
  await world.report('requests', 7);
  await world.advanceTo('11:20');
  expect(world.aws.bill('requests')).toEqual({ '10': '7' });
});

test('an hour that a clock shows twice in the autumn is two hours in UTC, one that it leaves out in spring is none', async () => {
  for (const night of ['2026-10-25T00:10Z', '2026-03-29T00:10Z']) {
    const world = await startWorld({ now: night, dimensions: ZEROS });
    for (const count of [1, 2, 3]) {
      await world.report('requests', count);
      await world.wait(HOUR);
    }
    await world.wait(10 * MINUTE);
    expect(world.aws.bill('requests')).toEqual({ '0': '1', '1': '2', '2': '3' });
  }
});
