import type { Clock, Scheduler } from '../../../src/agent/ports.ts';

type Event = { readonly at: number; readonly order: number; readonly run: () => void };

/** Events by their moment, and by the order in which they were planned: a binary heap, since a fleet plans millions. */
const makeHeap = () => {
  const events: Event[] = [];
  const isBefore = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
  const read = (index: number): Event => events[index] as Event;
  const swap = (a: number, b: number): void => {
    [events[a], events[b]] = [read(b), read(a)];
  };
  return {
    first: (): Event | undefined => events[0],
    push: (event: Event): void => {
      let index = events.push(event) - 1;
      while (index > 0 && isBefore(read(index), read((index - 1) >> 1))) {
        swap(index, (index - 1) >> 1);
        index = (index - 1) >> 1;
      }
    },
    pop: (): void => {
      swap(0, events.length - 1);
      events.pop();
      for (let index = 0; ; ) {
        const left = 2 * index + 1;
        if (left >= events.length) return;
        const child = left + 1 < events.length && isBefore(read(left + 1), read(left)) ? left + 1 : left;
        if (!isBefore(read(child), read(index))) return;
        swap(index, child);
        index = child;
      }
    },
  };
};

/** What one process has of the world's time; `end` takes its timers away, as death does. */
export type Machine = { readonly clock: Clock; readonly scheduler: Scheduler; readonly end: () => void };

const MINUTE = 60_000;

/** One time for a whole fleet. Nothing ever waits for real. */
export const makeFleetTime = (start: number) => {
  const heap = makeHeap();
  let [now, planned] = [start, 0];
  let turns: (() => void)[] = [];

  const plan = (at: number, run: () => void): void => {
    planned += 1;
    heap.push({ at, order: planned, run });
  };

  /** Everything that is ready, and all that follows from it. */
  const settle = async (): Promise<void> => {
    do {
      const tasks = turns;
      turns = [];
      for (const task of tasks) task();
      await new Promise((resolve) => setImmediate(resolve));
    } while (turns.length > 0);
  };

  const machine = (): Machine => {
    const booted = now;
    let ended = false;
    const alive = (run: () => void) => (): void => {
      if (!ended) run();
    };
    const sleep: Scheduler['sleep'] = (delay, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve();
        const wake = (): void => {
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        plan(now + Math.max(0, delay), alive(wake));
        signal?.addEventListener('abort', wake);
      });
    const everyMinute: Scheduler['everyMinute'] = (wake) => {
      let stopped = false;
      // As cron does: everybody in the world at the same moment.
      const next = (): void => {
        plan(
          (Math.floor(now / MINUTE) + 1) * MINUTE,
          alive(() => {
            if (stopped) return;
            wake();
            next();
          }),
        );
      };
      next();
      return {
        stop: () => {
          stopped = true;
        },
      };
    };
    return {
      clock: { wall: () => Math.floor(now), monotonic: () => now - booted },
      scheduler: { sleep, everyMinute, afterTurn: (task) => void turns.push(alive(task)) },
      end: () => {
        ended = true;
      },
    };
  };

  return {
    now: () => now,
    machine,
    plan,
    settle,
    advanceTo: async (to: number): Promise<void> => {
      await settle();
      for (let event = heap.first(); event !== undefined && event.at <= to; event = heap.first()) {
        now = Math.max(now, event.at);
        heap.pop();
        event.run();
        await settle();
      }
      now = to;
    },
  };
};

export type FleetTime = ReturnType<typeof makeFleetTime>;
