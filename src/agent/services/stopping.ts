import type { Config } from '../core/configuration/config.ts';
import { isQuiet, LOOK, type Quiet, shareOfAws } from '../core/sending/drain.ts';
import type { Millis } from '../core/time/hour.ts';
import type { Clock, Log, Scheduler } from '../ports.ts';
import type { Flushing } from './flushing.ts';

/** The door as a stop sees it. */
export type ClosingDoor = {
  /** From now on every answer ends its connection; reports are still taken. */
  readonly closeAfterAnswers: () => void;
  readonly drain: () => void;
  readonly stop: () => Promise<void>;
  readonly idleFor: () => Quiet;
};

export type Ending = {
  /** `signal`: others may still report for a while. Else whoever reports has ended already. */
  readonly reason: 'signal' | 'childEnded' | 'childCrashed';
  readonly budget: Millis;
  readonly hurry: AbortSignal;
};

/**
 * The end: the door stays open until nobody needs it or `budget - drain` is over, but ends every connection with its next
 * answer, so that no client writes to one that is about to close; then it refuses; closed hours go out, then the open one. A second signal skips all waiting: what was acknowledged is in the ledger.
 */
export const makeStopping = ({
  door,
  flushing,
  haltReporting,
  resign,
  maySend,
  isBilled,
  shutdown,
  policies,
  clock,
  scheduler,
  log,
}: {
  readonly door: ClosingDoor | undefined;
  readonly flushing: Flushing;
  readonly haltReporting: () => Promise<void>;
  /** Lets another replica count; absent where there is none. */
  readonly resign?: (() => Promise<void>) | undefined;
  /** Whether the product may run, or once might in this process: under any other verdict nothing is sent. */
  readonly maySend: () => boolean;
  /** False where nothing ever goes to AWS (a laptop, metering.mode: shadow): then nothing is left behind either. */
  readonly isBilled: boolean;
  readonly shutdown: Config['shutdown'];
  readonly policies: Config['metering'];
  readonly clock: Clock;
  readonly scheduler: Pick<Scheduler, 'sleep'>;
  readonly log: Log;
}) => {
  const waitForSilence = async (until: Millis, hurry: AbortSignal): Promise<void> => {
    while (door !== undefined && !isQuiet(door.idleFor()) && !hurry.aborted && clock.monotonic() < until) {
      await scheduler.sleep(Math.min(LOOK, until - clock.monotonic()), hurry);
    }
  };

  return async ({ reason, budget, hurry }: Ending): Promise<readonly string[]> => {
    const end = clock.monotonic() + budget;
    log.debug('stopping', { reason, budget });
    door?.closeAfterAnswers();
    if (reason === 'signal') await waitForSilence(end - shareOfAws(budget, shutdown.drain), hurry);
    door?.drain();
    await door?.stop();
    // A pass begins nothing more from here on. A call that it is in the middle of may hang: the rest does not wait for it.
    const halted = haltReporting();
    // Nothing is counted from here on, unless the product comes back to the same ledger.
    const resigned = reason === 'childCrashed' ? undefined : resign?.();
    const inTime = async (work: Promise<unknown>): Promise<void> => {
      await Promise.race([work, scheduler.sleep(Math.max(0, end - clock.monotonic()), hurry)]);
    };
    if (!isBilled) {
      if (resigned !== undefined) await inTime(resigned);
      return [];
    }
    const openHour = reason !== 'childCrashed' && policies.onShutdown === 'send';
    if (maySend()) await flushing.flush({ until: end, hurry, openHour });
    // Its answer is still worth having, within what is left of the budget: else its record says `sending`, which is doubt.
    await inTime(Promise.all([halted, resigned]));
    return flushing.leftovers();
  };
};
