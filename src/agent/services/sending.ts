import type { Config } from '../core/configuration/config.ts';
import { describeRecord } from '../core/record/describeRecord.ts';
import { type Judged, type Outcome, outcomeOf } from '../core/record/outcome.ts';
import type { MeterRecord, WholeRecord } from '../core/record/record.ts';
import { requestOf } from '../core/record/request.ts';
import { meaningOf, say } from '../core/sending/meterAnswers.ts';
import { AT_START, after, forget, type Sender } from '../core/sending/sender.ts';
import type { Item } from '../core/time/due.ts';
import { endOf, type Instant, stampOf } from '../core/time/hour.ts';
import { freeze, type OpenHour } from '../core/usage/freeze.ts';
import type { AnswerNote, Clock, Ledger, Log, Marketplace, Random } from '../ports.ts';
import type { Timekeeping } from './timekeeping.ts';

/** How an item is brought to AWS: its Timestamp for an hour that is still open, and whether its carry is rounded up. */
export type Flush = { readonly timestamp: Instant; readonly ceil: boolean };

export type Sending = {
  readonly sender: () => Sender;
  /** One attempt of one item, judged and written down. Undefined when there was nothing to send. Throws only for the ledger. */
  readonly attempt: (item: Item, flush?: Flush) => Promise<MeterRecord | undefined>;
  /** Freezes an hour without sending it. */
  readonly freezeInstead: (item: Extract<Item, { kind: 'open' }>, outcome: (open: OpenHour) => Outcome) => void;
  /** Forgets what it remembered of a record that is settled without an attempt. */
  readonly forget: (token: string) => void;
  /** Writes outcomes that the disk refused when they came. */
  readonly catchUp: () => void;
};

/** An answer, and the attempt that it belongs to. */
type Unwritten = {
  readonly attempt: Pick<MeterRecord, 'token' | 'attempts'>;
  readonly note: AnswerNote;
  readonly decide: (judged: Judged) => Outcome;
};

/**
 * One record's way to AWS:
 *
 *   ledger: freeze, or begin ("sending", on disk) ──▶ marketplace ──answer──▶ meaning ──▶ ledger: judge
 */
export const makeSending = ({
  ledger,
  marketplace,
  timekeeping,
  clock,
  random,
  log,
  resource,
  dimensions,
  policies,
}: {
  readonly ledger: Pick<Ledger, 'agenda' | 'freeze' | 'begin' | 'judge'>;
  readonly marketplace: Pick<Marketplace, 'meter' | 'renewCredentials'>;
  readonly timekeeping: Timekeeping;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly resource: string;
  readonly dimensions: Config['dimensions'];
  readonly policies: Config['metering'];
}): Sending => {
  let sender = AT_START;
  /** Records with an attempt under way: a pass and the last flush must not send the same one side by side. */
  const underWay = new Set<string>();
  /** Answers that could not be written yet. Until they are, the record stays `sending` on disk, which is the safe side. */
  const unwritten: Unwritten[] = [];

  const rulesFor = (item: Item, flush: Flush | undefined) => {
    const maxPerHour = dimensions.find(({ name }) => name === item.dimension)?.maxPerHour;
    return {
      resource,
      timestamp: flush?.timestamp ?? stampOf(item.hour),
      maxPerHour,
      zero: item.kind === 'open' && item.zero,
      ceil: flush?.ceil ?? false,
    };
  };

  const frozen = (item: Item, flush: Flush | undefined): WholeRecord | undefined => {
    if (item.kind === 'record') return ledger.begin(item.record.token);
    return ledger.freeze(item.dimension, item.hour, (open) => ({ frozen: freeze(open, rulesFor(item, flush)) }));
  };

  const write = ({ attempt, note, decide }: Unwritten): MeterRecord | undefined => {
    try {
      return ledger.judge(attempt, note, decide);
    } catch (error) {
      log.error('answer not written yet', {
        record: attempt.token.slice(0, 12),
        answer: note.line,
        why: String(error),
      });
      unwritten.push({ attempt, note, decide });
      return undefined;
    }
  };

  /** Sends a record while no one else does. */
  const guarded = async (record: WholeRecord): Promise<MeterRecord | undefined> => {
    underWay.add(record.token);
    try {
      return await send(record, true);
    } finally {
      underWay.delete(record.token);
    }
  };

  const send = async (record: WholeRecord, mayRenew: boolean): Promise<MeterRecord | undefined> => {
    const answer = await marketplace.meter(requestOf(record));
    timekeeping.hear(answer);
    const meaning = meaningOf(answer);
    const line = say(answer);
    // While AWS's time is not known nothing is too old: an hour expires by AWS's time alone.
    const now = timekeeping.guess() ?? endOf(record.hour);
    const note: AnswerNote = {
      at: clock.wall(),
      line,
      requestId: answer.kind === 'ok' || answer.kind === 'refusal' ? answer.requestId : undefined,
      recordId: answer.kind === 'ok' ? answer.body.recordId : undefined,
    };
    const { token, attempts } = record;
    const decide = (stored: Judged): Outcome => outcomeOf(stored, meaning, policies, now);
    const judged = write({ attempt: { token, attempts }, note, decide });
    if (meaning.next === 'renew' && mayRenew && judged?.state === 'waiting') {
      log.info('credentials or clock renewed', { why: line });
      marketplace.renewCredentials();
      const again = ledger.begin(record.token);
      return again.state === 'sending' ? send(again, false) : again;
    }
    if (meaning.next === 'untag' && judged?.state === 'moved' && judged.movedTo === judged.hour) {
      sender = { ...forget(sender, token), lastAnswer: line };
      log.warn('record', { ...describeRecord(judged), answer: line, reason: judged.reason, fix: meaning.fix });
      const isSecond = ({ dimension, hour }: MeterRecord): boolean =>
        dimension === record.dimension && hour === record.hour;
      const second = ledger.agenda().unsettled.find(isSecond);
      return second === undefined ? judged : guarded(ledger.begin(second.token));
    }
    const wasPaused = sender.pause;
    sender = after(
      sender,
      record,
      { meaning, line },
      { now, monotonic: clock.monotonic(), fraction: random.fraction() },
    );
    const fields = {
      ...describeRecord(judged ?? record),
      answer: line,
      ...(meaning.fix === undefined ? {} : { fix: meaning.fix }),
    };
    // A pause is told when it begins; what ends or moves a record is told always.
    const isOldNews = sender.pause !== undefined && wasPaused !== undefined && judged?.state === 'waiting';
    log[judged?.state === 'receipted' || isOldNews ? 'debug' : 'warn']('record', fields);
    return judged ?? record;
  };

  return {
    sender: () => sender,
    attempt: async (item, flush) => {
      if (item.kind === 'record' && underWay.has(item.record.token)) return undefined;
      const record = frozen(item, flush);
      // Settled meanwhile, by its edge or by a person.
      if (record?.state !== 'sending') return undefined;
      return guarded(record);
    },
    freezeInstead: (item, outcome) => {
      const record = ledger.freeze(item.dimension, item.hour, (open) => {
        const { state, units, reason } = outcome(open);
        return {
          // What is watched is divided as if it was sent.
          frozen: freeze(open, { ...rulesFor(item, undefined), whole: state !== 'shadow' }),
          instead: { state, units, ...(reason === undefined ? {} : { reason }) },
        };
      });
      if (record !== undefined && record.state !== 'shadow')
        log.warn('record', { ...describeRecord(record), reason: record.reason });
    },
    forget: (token) => {
      sender = forget(sender, token);
    },
    catchUp: () => {
      for (const answer of unwritten.splice(0)) write(answer);
    },
  };
};
