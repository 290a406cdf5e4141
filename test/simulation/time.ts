import type { Clock, Scheduler } from '../../src/agent/ports.ts';
import type { Dice } from './dice.ts';

type Sleeper = { readonly at: number; readonly wake: () => void };

/** One turn of the loop: everything that is ready, and all that follows from it, has run when this resolves. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * The time of a simulated machine. True time is AWS's; the wall may be set to anything; the monotonic clock stands still
 * while the machine sleeps. Nothing ever waits for real.
 */
export const makeTime = (start: number, dice: Dice) => {
  let [now, asleep, wallOffset] = [0, 0, 0];
  let wallWasSet = false;
  let sleepers: Sleeper[] = [];
  let tasks: (() => void)[] = [];
  let ticks: { at: number; readonly wake: () => void } | undefined;

  const monotonic = (): number => now - asleep + 0.25;
  const clock: Clock = { wall: () => start + now + wallOffset, monotonic };

  /** A tick may come early, late or not at all: it only wakes. */
  const nextTick = (): number => monotonic() + dice.whole(20, 1_500) * 1000;

  const scheduler: Scheduler = {
    sleep: (delay, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) {
          resolve();
          return;
        }
        const sleeper = { at: monotonic() + Math.max(0, delay), wake: resolve };
        sleepers.push(sleeper);
        signal?.addEventListener(
          'abort',
          () => {
            sleepers = sleepers.filter((other) => other !== sleeper);
            resolve();
          },
          { once: true },
        );
      }),
    everyMinute: (wake) => {
      const own = { at: nextTick(), wake };
      ticks = own;
      return {
        stop: () => {
          if (ticks === own) ticks = undefined;
        },
      };
    },
    afterTurn: (task) => void tasks.push(task),
  };

  const settle = async (): Promise<void> => {
    await turn();
    while (tasks.length > 0) {
      const group = tasks;
      tasks = [];
      for (const task of group) task();
      await turn();
    }
  };

  /** Lets time pass until `to` (true time), waking whoever's moment comes. */
  const advanceTo = async (to: number): Promise<void> => {
    await settle();
    while (now < to) {
      const left = to - now;
      let next: Sleeper | undefined;
      for (const sleeper of sleepers) if (next === undefined || sleeper.at < next.at) next = sleeper;
      const at = Math.min(next?.at ?? Number.POSITIVE_INFINITY, ticks?.at ?? Number.POSITIVE_INFINITY);
      const wait = Math.max(0, at - monotonic());
      if (wait > left) {
        now = to;
        break;
      }
      now += wait;
      if (next !== undefined && next.at === at) {
        sleepers = sleepers.filter((other) => other !== next);
        next.wake();
      } else if (ticks !== undefined) {
        ticks.at = nextTick();
        ticks.wake();
      }
      await settle();
    }
    await settle();
  };

  return {
    clock,
    scheduler,
    advanceTo,
    settle,
    trueNow: () => now,
    awsNow: () => start + now,
    setWall: (by: number): void => {
      wallOffset += by;
      wallWasSet = true;
    },
    /** Whether anybody ever set the wall clock, even if it was set right again. */
    wallWasSet: (): boolean => wallWasSet,
    /** The machine is suspended: everybody's time goes on but its own monotonic clock. */
    suspend: (length: number): void => {
      now += length;
      asleep += length;
    },
    /** The process is gone, and with it whatever it waited for. */
    forgetSleepers: (): void => {
      sleepers = [];
      tasks = [];
      ticks = undefined;
    },
  };
};
