import type { Answer } from './core/answer.ts';
import type { Hour, Instant, Millis } from './core/hour.ts';

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

/** RegisterUsage's request: one key version at a time, a fresh nonce each. */
export type Registration = { readonly productCode: string; readonly keyVersion: number; readonly nonce: string };

/** RegisterUsage's answer: a signed token, and when the key version sent was rotated, if it was. */
export type Registered = { readonly signature: string; readonly keyRotation: Instant | undefined };

/** One request of MeterUsage as it goes over the wire. Quantities are decimal texts. */
export type MeterRequest = {
  readonly productCode: string;
  readonly dimension: string;
  readonly hour: Hour;
  /** Whole seconds matter only: the wire carries epoch seconds. */
  readonly timestamp: Instant;
  readonly quantity: string;
  /** Whether the quantity goes out as a whole number or as a decimal. */
  readonly form: 'integer' | 'decimal';
  readonly allocations?: readonly { readonly quantity: string; readonly tags: Readonly<Record<string, string>> }[];
  readonly clientToken: string;
};

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
