import type { Instant } from '../time/hour.ts';
import type { Quantity } from './quantity.ts';

/** One usage report that has passed the door: its shape and values are right, its dimension is known. */
export type Report = {
  readonly dimension: string;
  readonly quantity: Quantity;
  /** When the usage was, by the reporter; the moment of arrival when it did not say. */
  readonly at: Instant;
  /** At most 256 bytes. The same id again is the same report. */
  readonly id?: string;
  /** Whether the reporter gave the time itself; only then is it part of the report's content. */
  readonly dated: boolean;
  /** Tags by key. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Of a counter's reading whose counter it is, of a sighting what was seen. At most 256 bytes. */
  readonly source?: string;
  /** Since when a counter counts from zero. */
  readonly start?: Instant;
};

/** Why an accepted report counts nothing; it is not an error, and sending it again changes nothing. */
export type Uncounted = 'first' | 'stale' | 'older' | 'fell' | 'brake' | 'held' | 'late' | 'changed' | 'full';

/** What the caller of the door is told of a batch. A batch counts whole or not at all. */
export type Receipt =
  | {
      readonly kind: 'accepted';
      /** Reports that were taken now for the first time. */
      readonly accepted: number;
      /** Reports whose id had been taken before; they do not count again. */
      readonly duplicates: number;
      /** Accepted reports that count in a later hour, or nothing, because their own is sent already or over. */
      readonly late: number;
      /** Accepted reports whose tags are not reported to AWS; they count without tags. */
      readonly untagged: number;
      /** The accepted reports that count nothing, by index, and why; absent where there are none. */
      readonly uncounted?: readonly { readonly index: number; readonly why: Uncounted }[];
      /** The whole request had come before, under its key: this is the answer that it got then. */
      readonly repeated?: true;
      /** Which reports of the batch the duplicates and the late ones were; absent where there are none. */
      readonly which?: { readonly duplicates: readonly number[]; readonly late: readonly number[] };
    }
  /**
   * Some ids were taken before with other content (or twice in the batch): the first ones stand, nothing of this batch
   * counts. No index: the key of the whole request was taken before with another body.
   */
  | { readonly kind: 'conflict'; readonly indices: readonly number[] }
  /**
   * The ledger cannot take anything now: nothing of the batch counts, try again later. `uncertain`: the disk failed in the
   * middle, so that it may count all the same; only reports with an id, or a request with a key, are safe to repeat.
   */
  | {
      readonly kind: 'unavailable';
      readonly reason: string;
      readonly retryAfter: number;
      readonly uncertain?: true;
      /** Another replica counts: this one has looked at nothing. */
      readonly notLeader?: true;
    };

/** One thing that is wrong with a report of a batch. */
export type ReportProblem = { readonly index: number; readonly field: string; readonly reason: string };
