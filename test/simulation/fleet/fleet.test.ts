import { expect, test } from '@jest/globals';
import { playCrowd } from './crowd.ts';
import { play } from './play.ts';
import { type FleetStory, FULL } from './story.ts';

const WHOLE = { displaced: 0, unsent: 0, refused: 0, sound: true };
const HOUR = 3_600_000;

const story = (name: string, change: Partial<FleetStory>): FleetStory => {
  const found = FULL.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no story ${name}`);
  return { ...found, ...change };
};

test('a plain hour of 150 pods is placed without one throttle: nobody waits for the tick', async () => {
  const result = await play(story('a plain hour', { agents: 150 }));
  expect(result).toMatchObject({ ...WHOLE, placed: 300 });
  expect(result.throttledShare).toBeLessThan(0.01);
});

test('sixty pods with thirty records each, while others take nine of ten calls', async () => {
  const result = await play(story('half the quota is taken by others', { agents: 60, dimensions: 30, others: 9 }));
  expect(result).toMatchObject({ ...WHOLE, placed: 1800 });
  expect(result.oldestAge).toBeLessThan(4 * HOUR);
});

test('after an outage of three hours all come back at once, and every hour is placed as its own', async () => {
  const result = await play(story('an outage of three hours', { agents: 12, dimensions: 12, others: 8 }));
  expect(result).toMatchObject({ ...WHOLE, placed: 12 * 12 * 5 });
});

test('a third of the processes is killed in the middle of it, at the end of a month', async () => {
  const result = await play(story("a month's end", { agents: 60, dimensions: 20, restart: 64 }));
  // Whoever was killed within an attempt is in doubt, asks again with the same bytes, and has its receipt.
  expect(result).toMatchObject({ ...WHOLE, placed: 1200 });
});

test('two hundred gates that open at once are all granted, at the pace of the quota', async () => {
  const result = await playCrowd(200);
  expect(result).toMatchObject({ granted: 200, refused: 0 });
  expect(result.longestWait).toBeLessThan(3 * (200 / 5) * 1_000);
});
