import type { Clock, Scheduler } from '../../src/agent/ports.ts';

/** Lets everything that is ready in this turn of the loop, and what follows from it, run. */
export const settle = async (turns = 20): Promise<void> => {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** A clock that is moved by hand, and a scheduler that sleeps by it. */
export const makeVirtualTime = (start: number) => {
  // Real monotonic clocks count fractions of a millisecond.
  let [wall, monotonic, looks] = [start, 0, 0];
  const fraction = (): number => {
    looks += 1;
    return looks / 1_000;
  };
  let sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  let ticking: (() => void) | undefined;

  const clock: Clock = { wall: () => wall, monotonic: () => monotonic + fraction() };
  const scheduler: Scheduler = {
    sleep: (delay, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const sleeper = { at: monotonic + delay, wake: resolve };
        sleepers.push(sleeper);
        signal?.addEventListener('abort', () => {
          sleepers = sleepers.filter((other) => other !== sleeper);
          resolve();
        });
      }),
    everyMinute: (wake) => {
      ticking = wake;
      return {
        stop: () => {
          ticking = undefined;
        },
      };
    },
    afterTurn: (task) => void setImmediate(task),
  };

  const move = (to: number): void => {
    monotonic += to - wall;
    wall = Math.floor(to);
  };

  /** Moves both clocks on, waking every sleeper and the minute's tick at its own moment. */
  const advanceTo = async (to: number): Promise<void> => {
    await settle();
    // By the monotonic clock: somebody may set the wall on the way.
    const target = monotonic + (to - wall);
    for (;;) {
      const next = sleepers.toSorted((a, b) => a.at - b.at)[0];
      const tick =
        ticking === undefined ? Number.POSITIVE_INFINITY : (Math.floor(wall / 60_000) + 1) * 60_000 - wall + monotonic;
      const at = Math.min(next?.at ?? Number.POSITIVE_INFINITY, tick);
      if (at > target) break;
      move(wall + Math.max(0, at - monotonic));
      if (next !== undefined && next.at <= tick) {
        sleepers = sleepers.filter((other) => other !== next);
        next.wake();
      } else ticking?.();
      await settle();
    }
    move(wall + Math.max(0, target - monotonic));
    await settle();
  };

  return {
    clock,
    scheduler,
    advanceTo,
    /** Somebody sets the wall clock, or the machine sleeps: the monotonic clock does not follow. */
    jumpWall: (by: number) => {
      wall += by;
    },
  };
};
