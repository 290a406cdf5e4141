import type { Config } from '../core/configuration/config.ts';
import { describe } from '../core/errors.ts';
import type { Verdict } from '../core/gate/verdict.ts';
import { describeRecord } from '../core/record/describeRecord.ts';
import { expire, type Outcome } from '../core/record/outcome.ts';
import { gapFor } from '../core/sending/pace.ts';
import { atEdgeOf, mayTry } from '../core/sending/sender.ts';
import { type Item, isClosed, isDue, isOver, isSendable, itemOf, oldestFirst } from '../core/time/due.ts';
import { edgeOf, hourOf, type Instant, MINUTE, type Millis } from '../core/time/hour.ts';
import { nextSlotAfter } from '../core/time/slot.ts';
import type { Agenda, Clock, Ledger, Log, Scheduler } from '../ports.ts';
import { ALONE, type Leading } from './leading.ts';
import type { Sending } from './sending.ts';
import { REST, type Timekeeping } from './timekeeping.ts';

export type Reporting = {
  /** Brings everything that is due to AWS, oldest first. One pass at a time; a second call waits for the one under way. */
  readonly pass: () => Promise<void>;
  /** Begins nothing more; resolves when what is under way is done. */
  readonly halt: () => Promise<void>;
  /** When (monotonic) something waits for, sooner than the next minute. */
  readonly nextWake: () => Millis | undefined;
};

/** What a verdict lets the toll do. Under `pending` and `refused` nothing is sent; what is exempt is only counted. */
export const modeUnder = (
  { value }: Pick<Verdict, 'value'>,
  { mode }: Pick<Config['metering'], 'mode'>,
): 'send' | 'shadow' | 'wait' => {
  if (value === 'exempt') return 'shadow';
  return value === 'granted' ? mode : 'wait';
};

/**
 * A pass takes a fresh look after this long: at a slow pace the hours that it began with may have closed their windows
 * before it came to them, and new ones have begun.
 */
const LONGEST_PASS: Millis = MINUTE;

/** So many times in a row AWS is asked for its time sooner than the minute's tick would. */
const MOST_DEAF = 2;

const SHADOW: Outcome = { state: 'shadow', doubt: false, units: { to: 'stay' } };

/**
 * Brings every closed hour to AWS.
 *
 *   cron wakes ──▶ AWS's time ──▶ edge of the window: move or quarantine
 *                              └─▶ due, oldest first ──▶ sending ──▶ receipts
 */
export const makeReporting = ({
  ledger,
  sending,
  timekeeping,
  leading = ALONE,
  clock,
  scheduler,
  log,
  resource,
  dimensions,
  policies,
  verdict,
}: {
  readonly ledger: Pick<Ledger, 'agenda' | 'alive' | 'expire' | 'idleHours' | 'straighten' | 'tick'>;
  readonly sending: Sending;
  readonly timekeeping: Timekeeping;
  /** Which hours this replica counts; absent: all. What it has counted it sends, whoever leads meanwhile. */
  readonly leading?: Leading | undefined;
  readonly clock: Clock;
  readonly scheduler: Pick<Scheduler, 'sleep'>;
  readonly log: Log;
  readonly resource: string;
  readonly dimensions: Config['dimensions'];
  readonly policies: Config['metering'];
  readonly verdict: () => Verdict;
}): Reporting => {
  let underWay: Promise<void> | undefined;
  let lastCall: Millis | undefined;
  let lastPass: Millis = Number.NEGATIVE_INFINITY;
  /** When (monotonic) the pace lets out what the last pass left over, and when this resource's next slot comes. */
  let rest: Millis | undefined;
  let slot: Millis | undefined;
  /** How many passes in a row have not learnt AWS's time. */
  let deaf = 0;
  const halting = new AbortController();

  const items = (): readonly Item[] => {
    const { open, unsettled } = ledger.agenda();
    const zeroing = dimensions.filter(({ zeroHours }) => zeroHours).map(({ name }) => name);
    const idle = zeroing.flatMap((dimension) => ledger.idleHours(dimension).map((hour) => ({ dimension, hour })));
    return [
      ...open.map((key) => ({ kind: 'open', ...key, zero: zeroing.includes(key.dimension) }) as const),
      ...idle.map((key) => ({ kind: 'open', ...key, zero: true }) as const),
      ...unsettled.map(itemOf),
    ].toSorted(oldestFirst);
  };

  /**
   * The edge of the window: what AWS takes no more moves without doubt, and waits for a person with it. Answers what is
   * left to do.
   */
  const closeWindows = (now: Instant): readonly Item[] => {
    const all = items();
    const over = all.filter(({ hour }) => isOver(hour, now));
    for (const item of over) {
      const lastAnswer = item.kind === 'record' ? item.record.lastAnswer : undefined;
      const atEdge =
        verdict().value === 'refused' ? 'quarantine' : atEdgeOf(sending.sender(), item.dimension, lastAnswer);
      if (item.kind === 'open') {
        sending.freezeInstead({ ...item, zero: false }, ({ hour, origin }) =>
          expire({ hour, origin, doubt: false }, atEdge, policies, now),
        );
        continue;
      }
      const record = ledger.expire(item.record.token, (stored) => expire(stored, atEdge, policies, now));
      sending.forget(record.token);
      log.warn('record', { ...describeRecord(record), reason: record.reason });
    }
    return over.length === 0 ? all : items();
  };

  /** When (monotonic) the pace allows the next call. */
  const nextCall = (urgency: { readonly left: Millis; readonly waiting: number }): Millis =>
    lastCall === undefined ? clock.monotonic() : lastCall + gapFor(sending.sender().pace, urgency);

  const keepPace = async (next: Millis): Promise<void> => {
    const gap = next - clock.monotonic();
    // After throttles the gap is long: a stop that waited for it would have no time left for the last flush.
    if (gap > 0) await scheduler.sleep(gap, halting.signal);
    lastCall = clock.monotonic();
  };

  /** A frozen record needs no slot any more: only its own back-off holds it. */
  const isReady = (item: Item, now: Instant): boolean =>
    item.kind === 'record' ? isSendable(item.hour, now) : isDue(item.hour, now, resource, policies.settle);

  const isIdle = ({ open, unsettled }: Agenda): boolean => open.length + unsettled.length === 0;

  const work = async (): Promise<void> => {
    lastPass = clock.monotonic();
    [rest, slot] = [undefined, undefined];
    sending.catchUp();
    // Before there is anything to bring, AWS need not be asked what time it is.
    if (modeUnder(verdict(), policies) === 'wait' && isIdle(ledger.agenda())) return;
    const first = timekeeping.now() ?? (await timekeeping.find());
    // Also after a start under a remembered grant, which has not heard AWS: the next tick may be a minute away.
    if (first === undefined && deaf < MOST_DEAF) {
      rest = clock.monotonic() + REST * 2 ** deaf;
      deaf += 1;
    }
    if (first === undefined) return;
    deaf = 0;
    slot = clock.monotonic() + nextSlotAfter(first, resource, policies.settle) - first;
    ledger.tick(hourOf(first), leading.hours() !== undefined);
    ledger.straighten(first, 1);
    const left = closeWindows(first);
    const mode = modeUnder(verdict(), policies);
    if (mode === 'wait') return;
    const waiting = Map.groupBy(left, ({ hour }) => hour);
    for (const item of left) {
      // An answer that makes AWS's time doubtful must not stop the pass for a minute.
      const now = timekeeping.now() ?? (await timekeeping.find());
      if (now === undefined || halting.signal.aborted || modeUnder(verdict(), policies) !== mode) return;
      if (!isClosed(item.hour, now) && item.kind === 'open') continue;
      // A Date says whole seconds, so that an answer may set AWS's time back by one: a slot that has come stays.
      if (!isReady(item, Math.max(first, now))) continue;
      if (mode === 'shadow') {
        if (item.kind === 'open') sending.freezeInstead(item, () => SHADOW);
        continue;
      }
      const token = item.kind === 'record' ? item.record.token : undefined;
      if (!mayTry(sending.sender(), item.dimension, token, clock.monotonic())) continue;
      const urgency = { left: edgeOf(item.hour) - now, waiting: waiting.get(item.hour)?.length ?? 1 };
      const next = nextCall(urgency);
      if (next > lastPass + LONGEST_PASS) {
        rest = Math.min(next, rest ?? next);
        return;
      }
      await keepPace(next);
      if (halting.signal.aborted) return;
      // The pause may have been a long one, and the machine may have slept in it.
      const then = timekeeping.now();
      if (then === undefined || !isReady(item, Math.max(first, then))) continue;
      const record = await sending.attempt(item);
      // A throttle holds no record back but by the pace.
      if (record?.state === 'waiting' && mayTry(sending.sender(), item.dimension, record.token, clock.monotonic())) {
        rest = Math.min(nextCall(urgency), rest ?? Number.POSITIVE_INFINITY);
      }
    }
  };

  const signOfLife = (): void => {
    try {
      ledger.alive();
    } catch (error) {
      log.error('levels', { why: describe(error) });
    }
  };

  return {
    halt: async () => {
      halting.abort();
      await underWay;
    },
    pass: () => {
      if (halting.signal.aborted) return Promise.resolve();
      // Also while a pass is under way that takes long: what is held goes on whatever AWS does.
      signOfLife();
      underWay ??= work()
        .catch((error) => log.error('reporting', { why: describe(error) }))
        .finally(() => {
          underWay = undefined;
        });
      return underWay;
    },
    nextWake: () => {
      const { pause, outage, dimensions: paused, records } = sending.sender();
      const rests = [...paused.values(), ...records.values(), ...(outage === undefined ? [] : [outage])];
      const moments = [...(pause === undefined ? rests : [pause]).map(({ until }) => until), rest, slot];
      // What ended before the last pass began has been looked at.
      const coming = moments.filter((until) => until !== undefined && until > lastPass) as Millis[];
      return coming.length === 0 ? undefined : Math.min(...coming);
    },
  };
};
