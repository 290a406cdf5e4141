import { no, type Reply, type WireRequest, yes } from '../../support/scriptedAws.ts';

const HOUR = 3_600_000;

/** A MeterUsage request, as it was sent. */
export type Sent = {
  readonly UsageDimension: string;
  /** Epoch seconds. */
  readonly Timestamp: number;
  readonly UsageQuantity: number;
  readonly ClientToken: string;
  readonly ProductCode: string;
};

export const sent = (request: WireRequest): Sent => JSON.parse(request.body) as Sent;

type Stored = { readonly quantity: number; readonly recordId: string };

const keyOf = (dimension: string, at: number): string =>
  `${new Date(Math.floor(at / HOUR) * HOUR).toISOString().slice(0, 13)}Z ${dimension}`;

/**
 * What AWS would bill, by its documented rules (API reference, MeterUsage): one record for each dimension and UTC hour,
 * the first one wins, the same quantity again is the same record, nothing older than six hours and nothing ahead.
 */
export const makeBooks = (now: () => number = Date.now) => {
  const stored = new Map<string, Stored>();
  const store = (request: WireRequest): Reply => {
    const { UsageDimension, Timestamp, UsageQuantity } = sent(request);
    const at = Timestamp * 1000;
    if (at > now() || now() - at > 6 * HOUR) return no('TimestampOutOfBoundsException');
    const key = keyOf(UsageDimension, at);
    const before = stored.get(key);
    if (before !== undefined && before.quantity !== UsageQuantity) return no('DuplicateRequestException');
    const record = before ?? { quantity: UsageQuantity, recordId: `record-${stored.size + 1}` };
    stored.set(key, record);
    return yes({ MeteringRecordId: record.recordId });
  };
  return {
    /** Somebody else's record lies in the hour of this request. */
    occupy: (request: WireRequest, quantity: number): void => {
      const { UsageDimension, Timestamp } = sent(request);
      stored.set(keyOf(UsageDimension, Timestamp * 1000), { quantity, recordId: 'of somebody else' });
    },
    /** Stores and answers. */
    store,
    /** Stores, and the answer is lost on the way. */
    lose: (request: WireRequest): Reply => {
      store(request);
      return { do: 'reset' };
    },
    /** Stores now, or not at all, and answers, or not, as `fraction` in [0, 1) says. */
    wild: (request: WireRequest, fraction: number): Reply => {
      if (fraction < 0.25) return { do: 'reset' };
      if (fraction < 0.35) return no('ThrottlingException');
      if (fraction < 0.45) return no('InternalServiceErrorException', 500);
      const reply = store(request);
      if (fraction < 0.6) return { do: 'reset' };
      return fraction < 0.7 ? no('InternalServiceErrorException', 500) : reply;
    },
    /** `2026-03-01T10Z requests` to quantity. */
    bill: (): Readonly<Record<string, number>> =>
      Object.fromEntries([...stored].map(([key, { quantity }]) => [key, quantity])),
    total: (dimension: string): number =>
      [...stored].reduce((sum, [key, { quantity }]) => sum + (key.endsWith(` ${dimension}`) ? quantity : 0), 0),
  };
};

export type Books = ReturnType<typeof makeBooks>;

/** Requests for one record must be the same bytes: answers the different bodies by ClientToken and by dimension and hour. */
export const bodiesByRecord = (requests: readonly WireRequest[]): ReadonlyMap<string, ReadonlySet<string>> => {
  const bodies = new Map<string, Set<string>>();
  for (const request of requests) {
    const { UsageDimension, Timestamp } = sent(request);
    const key = `${Math.floor((Timestamp * 1000) / HOUR)} ${UsageDimension}`;
    bodies.set(key, (bodies.get(key) ?? new Set()).add(request.body));
  }
  return bodies;
};
