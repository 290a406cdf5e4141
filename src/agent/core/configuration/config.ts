import type { Millis } from '../time/hour.ts';
import type { Meter } from '../usage/kinds.ts';
import type { Quantity, Rounding } from '../usage/quantity.ts';
import type { Within } from '../usage/unique.ts';

export type Pricing = 'usage' | 'hourly' | 'monthly' | 'byol' | 'free';

/** One priced dimension of the listing and how it is metered. */
export type Dimension = {
  /** The dimension's API name in the listing, 1 to 255 characters, case matters. */
  readonly name: string;
  readonly meter: Meter;
  /** All but `sum` and `counter`: whether pods add up (`pod`) or one reporter speaks for the installation (`product`). */
  readonly scope?: 'pod' | 'product';
  /** `unique` only: within what a thing counts once. */
  readonly within?: Within;
  /** So many counted make one unit on the bill; more than zero. */
  readonly per: Quantity;
  /** Digits behind the point of a billed quantity, 0 to 6. */
  readonly decimals: number;
  /** All but `sum` and `counter`: how a fraction of a unit is rounded. */
  readonly rounding: Rounding;
  /** Units of one hour above this are held until a person releases them. */
  readonly maxPerHour?: Quantity;
  /** Whether an hour without usage is reported as zero. */
  readonly zeroHours: boolean;
};

export type PublicKey = { readonly version: number; readonly pem: string };

/** Where something listens: a loopback port on both address families, one address, or a unix socket. */
export type Listen =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/** Who may use a unix socket: its mode, and its group by number where it is not the process's own. */
export type SocketAccess = { readonly mode: number; readonly group?: number };

/** Every setting, resolved: defaults filled in, units read, files of keys loaded. Durations in ms, sizes in bytes. */
export type Config = {
  readonly product: {
    readonly code: string;
    readonly id?: string;
    readonly pricing: Pricing;
    /** Highest version first. */
    readonly publicKeys: readonly PublicKey[];
    readonly extraRegions: readonly string[];
  };
  readonly dimensions: readonly Dimension[];
  readonly sealed: boolean;
  readonly platform: 'auto' | 'ecs' | 'eks' | 'ec2' | 'local';
  /** Which endpoints may be called: only AWS's own (`aws`, always so when sealed unless said), or whatever the SDK's endpoint variables name (`any`). */
  readonly endpoints: 'aws' | 'any';
  readonly door: {
    readonly listen: Listen;
    readonly tokenFile?: string;
    readonly socket: SocketAccess;
    readonly connections: number;
  };
  /** `listen` absent: not set, so that the command decides; `explicitlyOff`: set to null, so that nothing listens. */
  readonly health: { readonly listen?: Listen; readonly explicitlyOff?: true };
  readonly ledger: {
    readonly directory: string;
    readonly maxBytes: number;
    readonly dedupe: { readonly keep: Millis; readonly least: Millis };
    /** How long settled records are kept one by one. */
    readonly retain: Millis;
    readonly wait: Millis;
  };
  readonly gate: {
    readonly patience: Millis;
    readonly onPatience: 'exit' | 'start';
    readonly graceAfterPurchase: boolean;
  };
  /** `lease` absent: there is no other replica. */
  readonly standby: {
    readonly lease?: string;
    /** Absent: the pod's own. */
    readonly namespace?: string;
    readonly duration: Millis;
    /** The folder with token, ca.crt and namespace. */
    readonly serviceAccount: string;
  };
  readonly metering: {
    readonly mode: 'send' | 'shadow';
    readonly settle: Millis;
    readonly onDoubt: 'quarantine' | 'move';
    readonly onConflict: 'move' | 'hold' | 'quarantine';
    readonly onAdopt: 'quarantine' | 'retry';
    readonly moveAtMost: Millis;
    /** How long after its last write a dead resource's ledger may still be adopted, and whether EC2 may do so at all. */
    readonly adopt: { readonly within: Millis; readonly onEc2: boolean };
    readonly lastCarry: 'drop' | 'ceil';
    readonly onShutdown: 'send' | 'keep';
    readonly whenFailing: { readonly after: Millis; readonly do: 'warn' | 'readiness' | 'exit' };
  };
  readonly shutdown: { readonly grace: Millis; readonly drain: Millis };
  readonly log: { readonly level: 'error' | 'warn' | 'info' | 'debug'; readonly format: 'auto' | 'json' | 'text' };
  readonly buyerMay: readonly string[];
  /** Where each setting comes from that is not a default: `file:line` or the variable's name, by dotted path. */
  readonly origins: Readonly<Record<string, string>>;
  /** What was read with a reservation (a trimmed value, an ignored variable), for the log. */
  readonly warnings: readonly string[];
};
