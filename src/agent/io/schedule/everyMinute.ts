import { type Millis, SECOND } from '../../core/time/hour.ts';

/** By the monotonic clock: a minute and a half without a tick means that the wall was moved under the schedule. */
const SILENCE: Millis = 90 * SECOND;

/** Something with a clock of its own that is to be ended. */
type Stoppable = { readonly stop: () => void };

/** One node-cron task. What it calls missed (over a second late) is as good a tick as any. */
const cron = async (tick: () => void): Promise<Stoppable> => {
  const { schedule } = await import('node-cron');
  const task = schedule('* * * * *', tick, { timezone: 'UTC', noOverlap: true, suppressMissedWarning: true });
  task.on('execution:missed', tick);
  return { stop: () => void task.destroy() };
};

/**
 * Calls `wake` about once a minute until stopped.
 *
 * node-cron waits for the wall to reach the next minute. When the wall is set back by an hour it would be silent for that
 * hour, in which AWS's clock goes on; so silence is measured by the monotonic clock, wakes by itself and starts the
 * schedule anew. After a long suspend node-cron reports each minute missed: they are one wake.
 */
export const everyMinute = (wake: () => void): Stoppable => {
  let stopped = false;
  let generation = 0;
  let task: Stoppable | undefined;
  let silence: NodeJS.Timeout | undefined;
  let pending = false;

  const tick = (): void => {
    clearTimeout(silence);
    if (!stopped) silence = setTimeout(afresh, SILENCE);
    if (pending) return;
    pending = true;
    setImmediate(() => {
      pending = false;
      if (!stopped) wake();
    });
  };

  const begin = async (): Promise<void> => {
    generation += 1;
    const mine = generation;
    const begun = await cron(tick);
    if (stopped || mine !== generation) begun.stop();
    else task = begun;
  };

  const afresh = (): void => {
    task?.stop();
    task = undefined;
    tick();
    void begin();
  };

  silence = setTimeout(afresh, SILENCE);
  void begin();
  return {
    stop: () => {
      stopped = true;
      clearTimeout(silence);
      task?.stop();
    },
  };
};
