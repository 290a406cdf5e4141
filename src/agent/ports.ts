import type { MeterRequest } from './core/record/meterRequest.ts';
import type { Judged, Outcome } from './core/record/outcome.ts';
import type { MeterRecord, WholeRecord } from './core/record/record.ts';
import type { Answer } from './core/sending/answer.ts';
import type { Term } from './core/standby/term.ts';
import type { Hour, Instant, Millis } from './core/time/hour.ts';
import type { Place } from './core/time/place.ts';
import type { Freezing, OpenHour } from './core/usage/freeze.ts';
import type { Receipt, Report } from './core/usage/report.ts';

/** The wall, which the app shares, and a monotonic count of milliseconds from any origin. */
export type Clock = { readonly wall: () => Instant; readonly monotonic: () => Millis };

/** Everything that waits asks here, so that a demonstration or a simulation owns the turn. */
export type Scheduler = {
  /** Resolves after `delay`, or at once when the signal aborts; never rejects. */
  readonly sleep: (delay: Millis, signal?: AbortSignal) => Promise<void>;
  /** Runs `wake` about once a minute until stopped. A missed tick is no loss: what is due is computed from ledger and clock. */
  readonly everyMinute: (wake: () => void) => { readonly stop: () => void };
  /** Runs `task` after everything that arrived in this turn of the loop (group commit). */
  readonly afterTurn: (task: () => void) => void;
};

/** Unguessable bytes, and a fraction in [0, 1) for jitter. */
export type Random = { readonly bytes: (count: number) => Uint8Array; readonly fraction: () => number };

/** Events by name with plain fields; nothing secret ever. */
export type Log = Readonly<
  Record<'debug' | 'info' | 'warn' | 'error', (event: string, fields?: Readonly<Record<string, unknown>>) => void>
>;

export type { MeterRequest };

/** RegisterUsage's request: one key version at a time, a fresh nonce each. */
export type Registration = { readonly productCode: string; readonly keyVersion: number; readonly nonce: string };

/** RegisterUsage's answer: a signed token, and when the key version sent was rotated, if it was. */
export type Registered = { readonly signature: string; readonly keyRotation: Instant | undefined };

/**
 * AWS's Marketplace Metering Service. Every call is one attempt: nothing is sent twice behind the caller's back. Never
 * rejects: what came back, or did not, is the answer.
 */
export type Marketplace = {
  readonly register: (request: Registration) => Promise<Answer<Registered>>;
  readonly meter: (request: MeterRequest) => Promise<Answer<{ readonly recordId: string | undefined }>>;
  /** MeterUsage with DryRun, quantity 0: asks for permission only. */
  readonly dryRun: (request: {
    readonly productCode: string;
    readonly dimension: string;
    readonly timestamp: Instant;
  }) => Promise<Answer<null>>;
  /** One unsigned HEAD, for the Date of AWS's answer: undefined when AWS could not be heard. */
  readonly date: () => Promise<Instant | undefined>;
  /** Throws away cached credentials, so that the next call asks for fresh ones. */
  readonly renewCredentials: () => void;
};

/** The Lease as the API server keeps it, and the version that a write must name. */
export type StoredLease = {
  readonly version: string;
  /** Empty: nobody holds it. */
  readonly holder: string;
  readonly term: Term | undefined | 'unreadable';
  /** Undefined where the object does not say. */
  readonly duration: Millis | undefined;
};

/** What one request to the API server came to. */
export type LeaseAnswer =
  | { readonly kind: 'ok'; readonly stored: StoredLease }
  /** Somebody else wrote it since it was read (409). */
  | { readonly kind: 'conflict' }
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly message: string;
      readonly retryAfter: Millis | undefined;
    }
  /** No answer: whether a write was done is not known. */
  | { readonly kind: 'silence'; readonly why: string };

/** One Lease object (coordination.k8s.io/v1) at the API server. Every call is one request; none rejects. */
export type Leases = {
  readonly read: () => Promise<LeaseAnswer>;
  /** Writes over `stored`; a conflict when that is not what the API server has any more. */
  readonly write: (
    stored: StoredLease,
    change: { readonly holder: string; readonly term: Term; readonly duration: Millis; readonly now: Instant },
  ) => Promise<LeaseAnswer>;
};

/** Reports of one request. Under a `key` the whole request is one event; `digest` tells another request with the same key. */
export type Batch = {
  readonly reports: readonly Report[];
  readonly key?: { readonly value: string; readonly digest: string };
  /** When it arrived, by AWS's time; undefined before AWS was ever heard. */
  readonly arrival: Instant | undefined;
};

/** Where a report counts: given the hour that it names and the hours of its dimension that have a record. */
export type Placing = (named: Hour, taken: (hour: Hour) => boolean) => Place;

/** What has to be looked at by the toll. */
export type Agenda = {
  /** Hours with usage (or moved units) that no record has been made of. */
  readonly open: readonly { readonly dimension: string; readonly hour: Hour }[];
  /** Records that still have to go to AWS, oldest hour first. */
  readonly unsettled: readonly MeterRecord[];
};

/** A grant that outlives the process: it holds for this resource and product alone. */
export type Grant = {
  readonly resource: string;
  readonly product: string;
  readonly pricing: string;
  readonly at: Instant;
  /** Hourly and monthly: the signed token, its key version and the nonce that was asked with. */
  readonly proof?: { readonly signature: string; readonly keyVersion: number; readonly nonce: string };
};

/**
 * The durable store. Every method is one transaction; what it returns is on disk. Methods that decide take a pure
 * synchronous function; none hands out something to be written back. A TollgateError means that nothing was written.
 */
export type Ledger = {
  /** Names this ledger in answers of the door; never changes. */
  readonly id: string;
  /** The first hour of the resource that now owns the ledger; by the wall until AWS has been heard. */
  readonly firstHour: () => Hour;
  /** Counts a batch whole or not at all. All that arrives in one turn of the loop shares one fsync. */
  readonly append: (batch: Batch, place: Placing) => Promise<Receipt>;
  readonly agenda: () => Agenda;
  /** Makes the hour's record and says `sending`, before the first byte goes out. Undefined when there is nothing to send. */
  readonly freeze: (dimension: string, hour: Hour, decide: (open: OpenHour) => Freezing) => WholeRecord | undefined;
  /** Says `sending` before another attempt of a frozen record; answers it as it is when it was settled meanwhile. */
  readonly begin: (token: string) => WholeRecord;
  /** Writes what an attempt came to; a record that is settled already stays as it is. */
  readonly judge: (
    attempt: Pick<MeterRecord, 'token' | 'attempts'>,
    answer: AnswerNote,
    decide: (stored: Judged) => Outcome,
  ) => MeterRecord;
  /** Ends a record without an attempt (the edge of its window). */
  readonly expire: (token: string, decide: (stored: Judged) => Outcome) => MeterRecord;
  /** A sign of life, once a minute: levels count on up to now. */
  readonly alive: () => void;
  /** Hours in which this resource was awake and which have neither usage nor a record of this dimension. */
  readonly idleHours: (dimension: string) => readonly Hour[];
  /** Notes that the agent is awake in this hour (unless it may not count in it), and drops what is too old to matter. */
  readonly tick: (hour: Hour, counts?: boolean) => void;
  /**
   * This replica leads from this hour on: what it knows of counters and levels from an earlier term is forgotten, since
   * another one may have counted on from there. Once for each term, also over a restart.
   */
  readonly beginTerm: (from: Hour) => void;
  /**
   * AWS's time is known. For the first time in the resource's life it says which hour was its first: until then that was the
   * wall's. Usage that a wrong wall has put into hours before it comes into it, and what lies more than `slack` hours ahead of
   * the open hour comes back into that one.
   */
  readonly straighten: (now: Instant, slack: 0 | 1) => void;
  /** The dimensions that have a carry above zero. */
  readonly carrying: () => readonly string[];
  readonly grant: () => Grant | undefined;
  readonly setGrant: (grant: Grant | undefined) => void;
  /** Notes a clean end, so that the next start can tell a crash. */
  readonly close: () => void;
};

/** What is kept of an answer beside its record. Nothing secret. */
export type AnswerNote = {
  readonly at: Instant;
  readonly line: string;
  readonly requestId: string | undefined;
  readonly recordId: string | undefined;
};
