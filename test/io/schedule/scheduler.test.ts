import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { makeClock } from '../../../src/agent/io/schedule/clock.ts';
import { makeRandom } from '../../../src/agent/io/schedule/random.ts';
import { makeScheduler } from '../../../src/agent/io/schedule/scheduler.ts';

const { sleep, afterTurn } = makeScheduler();

test('a sleep ends with its signal, before, during and without it', async () => {
  await sleep(1e9, AbortSignal.abort());
  const waking = new AbortController();
  const slept = sleep(1e9, waking.signal);
  waking.abort();
  await slept;
  await sleep(1);
  await sleep(-5);
  await sleep(0, new AbortController().signal);
});

test('a delay beyond what a timer can hold does not fire at once', async () => {
  const waking = new AbortController();
  let ended = false;
  const slept = sleep(1e12, waking.signal).then(() => {
    ended = true;
  });
  await sleep(20);
  expect(ended).toBe(false);
  waking.abort();
  await slept;
});

test('after the turn: not before the promises and ticks of this one', async () => {
  const order: string[] = [];
  const done = new Promise<void>((resolve) => {
    afterTurn(() => {
      order.push('after');
      resolve();
    });
  });
  void Promise.resolve().then(() => order.push('promise'));
  process.nextTick(() => order.push('tick'));
  order.push('now');
  await done;
  expect(order.at(0)).toBe('now');
  expect(order.at(-1)).toBe('after');
});

test('the monotonic clock never goes back', () => {
  const clock = makeClock();
  const readings = Array.from({ length: 1_000 }, clock.monotonic);
  expect(readings).toEqual([...readings].sort((one, other) => one - other));
  expect(Math.abs(clock.wall() - Date.now())).toBeLessThan(5_000);
});

test('randomness: as many bytes as asked, no two alike, fractions in [0, 1)', () => {
  const random = makeRandom();
  expect(random.bytes(32)).toHaveLength(32);
  expect(new Set(Array.from({ length: 100 }, () => Buffer.from(random.bytes(16)).toString('hex'))).size).toBe(100);
  fc.assert(
    fc.property(fc.constant(0), () => {
      const fraction = random.fraction();
      return fraction >= 0 && fraction < 1;
    }),
  );
});
