import type { VerdictValue } from './gate/verdict.ts';
import type { RecordState } from './record/record.ts';
import type { Role } from './standby/standing.ts';

/**
 * What `GET /v1/status` answers and `tollgate status --json` prints. Members are only ever added. Times are RFC 3339 in
 * UTC, hours `2026-03-01T10Z`, lengths of time whole milliseconds, sizes bytes, quantities exact decimals as text. Nothing
 * secret: no credentials, tokens or passwords.
 */
export type Status = {
  readonly schema: 1;
  /** The moment of this status, by the wall clock. */
  readonly now: string;
  readonly version: string;
  readonly verdict: {
    readonly value: VerdictValue;
    readonly reason: string;
    readonly since: string;
    readonly remedy: string | null;
    readonly confirmed: boolean;
    readonly remembered: boolean;
    /** Whether the product may run, or once might in this process. */
    readonly started: boolean;
  };
  readonly product: { readonly code: string; readonly pricing: string };
  /** `send` or `shadow` (everything but the call). */
  readonly mode: string;
  /** `ecs`, `eks`, `ec2` or `local`; null as long as it is not known. */
  readonly platform: string | null;
  /** Who AWS thinks we are: task ARN, pod UID, instance id. */
  readonly resource: string | null;
  /** Where we are, who said so, and what the row of the Region table decides; null as long as it is not known. */
  readonly region: {
    readonly name: string;
    readonly source: string;
    readonly decision: string;
    readonly row: string;
  } | null;
  readonly clock: {
    /** AWS's time minus the wall clock; null as long as AWS was not heard. */
    readonly offset: number | null;
    /** True while AWS's time is not known: nothing is frozen meanwhile. */
    readonly void: boolean;
  };
  /** Null as long as no ledger is open (hourly and monthly need none). */
  readonly ledger: {
    readonly id: string;
    readonly bytes: number;
    readonly maxBytes: number;
    /** Of all files in the folder: now, and what they may come to. */
    readonly folderBytes: number;
    readonly folderMaxBytes: number;
    /** How long ids are known at this moment. */
    readonly dedupe: number;
    /** `ok`, or in words what is wrong with the disk. */
    readonly disk: string;
    /** When and why the open file had to be written anew into its place, since the start of this process. */
    readonly rescues: readonly { readonly at: string; readonly why: string }[];
    /** What was lost with an earlier ledger and nobody has acknowledged (`tollgate ledger acknowledge`). */
    readonly losses: readonly { readonly id: number; readonly at: string; readonly what: string }[];
  } | null;
  readonly sender: {
    /** `idle`, `sending`, `paused`, or another word for what it does. */
    readonly state: string;
    readonly lastAnswer: string | null;
    readonly nextProbe: string | null;
  };
  /** The election among replicas; null where there is none (`standby.lease`). */
  readonly standby: StandbyStatus | null;
  readonly dimensions: readonly DimensionStatus[];
  /** Every hour that AWS has not receipted, oldest first. */
  readonly hours: readonly HourStatus[];
  /** What a person should look at: one sentence each. */
  readonly warnings: readonly string[];
};

export type StandbyStatus = {
  /** `leader` takes reports, `elected` will from the next hour on, `standby` is there in case. */
  readonly role: Role;
  /** Why it takes none; null for the leader. */
  readonly why: string | null;
  /** Who holds the Lease, as it was read last: `POD_UID` behind the pod's name; null before that, empty when nobody does. */
  readonly holder: string | null;
  /** The hours that this replica may count, as far as it has claimed them; null before it was ever elected. */
  readonly term: { readonly from: string; readonly through: string } | null;
  /** The last time that the Lease could not be read or written, if there was one; `until` null: it goes on. */
  readonly gap: { readonly since: string; readonly until: string | null; readonly reason: string } | null;
};

export type DimensionStatus = {
  readonly name: string;
  readonly meter: string;
  /** Raw count of all hours that are not frozen yet. */
  readonly open: string;
  /** Raw count left over from frozen hours, less than one unit. */
  readonly carry: string;
  /** The level of an average, as it was reported last; null for other meters and before the first report. */
  readonly level: string | null;
  /** Units that AWS has receipted, as far as the ledger reaches back. */
  readonly receipted: string;
  readonly lastReceipt: { readonly hour: string; readonly quantity: string; readonly recordId: string | null } | null;
};

export type HourStatus = {
  readonly hour: string;
  readonly dimension: string;
  /** Units of a record; of an open hour the raw count. */
  readonly quantity: string;
  /** Units that an open hour has from hours that could not be sent; `0` of a record, whose quantity has them in it. */
  readonly moved: string;
  readonly state: RecordState | 'open';
  readonly doubt: boolean;
  /** Milliseconds until the hour can no longer be sent, negative afterwards; null when AWS's time is not known. */
  readonly timeLeft: number | null;
  readonly attempts: number;
  readonly lastAnswer: string | null;
};
