import type { Config } from '../core/configuration/config.ts';
import { describe } from '../core/errors.ts';
import { AT_ONCE, PROBE, RETRY } from '../core/sending/drain.ts';
import { type Item, isClosed, isSendable, itemOf, oldestFirst } from '../core/time/due.ts';
import { format, hourOf, type Instant, type Millis } from '../core/time/hour.ts';
import * as quantity from '../core/usage/quantity.ts';
import type { Agenda, Clock, Ledger, Log, Scheduler } from '../ports.ts';
import type { Sending } from './sending.ts';
import type { Timekeeping } from './timekeeping.ts';

export type FlushOrder = {
  /** Monotonic moment at which nothing new is begun. */
  readonly until: Millis;
  /** Aborts everything that waits. */
  readonly hurry: AbortSignal;
  /** Whether the hour that is still open goes out too. */
  readonly openHour: boolean;
};

/**
 * The end of a life: closed hours first, all at once, then the open hour, each tried again until time is up.
 */
export const makeFlushing = ({
  ledger,
  sending,
  timekeeping,
  clock,
  scheduler,
  log,
  policies,
}: {
  readonly ledger: Pick<Ledger, 'agenda' | 'alive' | 'carrying' | 'straighten'>;
  readonly sending: Sending;
  readonly timekeeping: Timekeeping;
  readonly clock: Clock;
  readonly scheduler: Pick<Scheduler, 'sleep'>;
  readonly log: Log;
  readonly policies: Config['metering'];
}) => {
  const items = (now: Instant, openHour: boolean): readonly Item[] => {
    const { open, unsettled } = ledger.agenda();
    return [
      ...open
        .filter(({ hour }) => isClosed(hour, now) || (openHour && hour === hourOf(now)))
        .map((key) => ({ kind: 'open', ...key, zero: false }) as const),
      ...unsettled.map(itemOf),
    ]
      .filter(({ hour }) => isSendable(hour, now))
      .toSorted(oldestFirst);
  };

  const inTime = (order: FlushOrder): boolean => !order.hurry.aborted && clock.monotonic() < order.until;

  const send = async (item: Item, order: FlushOrder): Promise<void> => {
    const now = timekeeping.now();
    if (now === undefined || !inTime(order)) return;
    const isOpen = item.kind === 'open' && !isClosed(item.hour, now);
    const flush = isOpen ? { timestamp: now, ceil: policies.lastCarry === 'ceil' } : undefined;
    try {
      await sending.attempt(item, flush);
    } catch (error) {
      // A hiccup of the disk is no reason to give the others up: the next round tries again.
      log.error('last flush', { dimension: item.dimension, hour: format(item.hour), why: describe(error) });
    }
  };

  /** One record finds out whether the rest has any hope; then they go side by side. */
  const round = async (wave: readonly Item[], order: FlushOrder): Promise<void> => {
    const [first, ...rest] = wave;
    if (first === undefined) return;
    const probe = send(first, order);
    // A probe that hangs must not use up what the others have.
    await Promise.race([probe, scheduler.sleep(PROBE, order.hurry)]);
    if (sending.sender().pause !== undefined) return;
    const queue = [...rest];
    const lane = async (): Promise<void> => {
      for (let item = queue.shift(); item !== undefined && inTime(order); item = queue.shift()) await send(item, order);
    };
    await Promise.all([probe, ...Array.from({ length: AT_ONCE }, lane)]);
  };

  /** Usage that a wrong wall has put elsewhere comes to where it was; also of the next hour, when the open one goes out (0). */
  const bringTogether = (now: Instant, slack: 0 | 1): void => {
    try {
      ledger.alive();
      ledger.straighten(now, slack);
    } catch (error) {
      log.error('last flush', { why: describe(error) });
    }
  };

  /** With lastCarry: ceil a part of a unit is worth a record, also where the open hour has no usage of its own. */
  const carries = (now: Instant): readonly Item[] => {
    if (policies.lastCarry !== 'ceil') return [];
    const { open } = ledger.agenda();
    const hour = hourOf(now);
    return ledger
      .carrying()
      .filter((dimension) => !open.some((row) => row.dimension === dimension))
      .map((dimension) => ({ kind: 'open', dimension, hour, zero: false }) as const);
  };

  const rounds = async (order: FlushOrder): Promise<void> => {
    let openHour = false;
    /** From here on the hour that is still open goes out too. */
    const beginOpenHour = async (now: Instant): Promise<void> => {
      openHour = true;
      bringTogether(now, 0);
      await round(carries(now), order);
    };
    while (inTime(order)) {
      sending.catchUp();
      // There is no later any more in which AWS could be asked.
      const now = timekeeping.now() ?? (await timekeeping.find(RETRY / 2));
      if (now !== undefined && !openHour) bringTogether(now, 1);
      const wave = now === undefined ? [] : items(now, openHour);
      if (now !== undefined && wave.length === 0) {
        if (openHour || !order.openHour) return;
        await beginOpenHour(now);
        continue;
      }
      await round(wave, order);
      // The open hour is worth its chance also when closed ones fail: they are safe in the ledger, where it outlives us.
      const isRetry = now === undefined || items(now, openHour).length > 0;
      if (order.openHour && !openHour && now !== undefined) await beginOpenHour(now);
      if (isRetry && inTime(order))
        await scheduler.sleep(Math.min(RETRY, order.until - clock.monotonic()), order.hurry);
    }
  };

  /** One sentence for each hour whose usage AWS does not have. */
  const namesOf = ({ open, unsettled }: Agenda): readonly string[] => [
    ...unsettled.map(
      ({ hour, dimension, quantity: units, lastAnswer, doubt }) =>
        `${format(hour)} ${dimension}: ${quantity.format(units)} not receipted${doubt ? ' (AWS may have it)' : ''}${lastAnswer === undefined ? '' : `, last answer: ${lastAnswer}`}`,
    ),
    ...open.map(({ hour, dimension }) => `${format(hour)} ${dimension}: usage still in the ledger, not sent`),
  ];

  const leftovers = (): readonly string[] => {
    try {
      return namesOf(ledger.agenda());
    } catch (error) {
      return [`the ledger cannot be read, and may hold usage that was not sent: ${describe(error)}`];
    }
  };

  return {
    flush: async (order: FlushOrder): Promise<void> => {
      const timeUp = scheduler.sleep(Math.max(0, order.until - clock.monotonic()), order.hurry);
      const work = rounds(order).catch((error) => log.error('last flush', { why: describe(error) }));
      // An answer may take longer than there is time: the record says `sending` on disk, and the next process goes on from there.
      await Promise.race([work, timeUp]);
    },
    leftovers,
  };
};

export type Flushing = ReturnType<typeof makeFlushing>;
