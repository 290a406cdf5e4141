import { expect, test } from '@jest/globals';
import { shorten } from './shorten.ts';
import { simulate } from './simulate.ts';
import { storyOf } from './story.ts';

test('stories of many kinds end with everything in one place, billed at most once', async () => {
  for (let seed = 1; seed <= 25; seed += 1) {
    const { broken } = await simulate(storyOf(seed, 24));
    expect({ seed, broken }).toEqual({ seed, broken: [] });
  }
});

test('the same seed is the same story, told the same way; another one is not', async () => {
  const [first, again, other] = [
    await simulate(storyOf(7, 12)),
    await simulate(storyOf(7, 12)),
    await simulate(storyOf(8, 12)),
  ];
  expect(again.trace).toBe(first.trace);
  expect(other.trace).not.toBe(first.trace);
  expect(storyOf(7, 12)).toEqual(storyOf(7, 12));
});

test('a story that does not fail cannot be told shorter', async () => {
  const story = storyOf(3, 6);
  const short = await shorten({ ...story, events: story.events.slice(0, 4) });
  expect(short.events).toHaveLength(4);
});
