import { simulate } from './simulate.ts';
import type { Story } from './story.ts';

const fails = async (story: Story): Promise<boolean> => (await simulate(story)).broken.length > 0;

/** The same story with as many events dropped as it can lose and still fail: halves first, then one at a time. */
export const shorten = async (story: Story): Promise<Story> => {
  let events = story.events;
  for (let size = Math.ceil(events.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < events.length; ) {
      const without = [...events.slice(0, at), ...events.slice(at + size)];
      if (await fails({ ...story, events: without })) events = without;
      else at += size;
    }
  }
  return { ...story, events };
};
