import type { Instant } from '../time/hour.ts';

/** May the product run? `exempt`: nothing has to be asked (free, bring your own licence, a laptop). */
export type VerdictValue = 'granted' | 'pending' | 'refused' | 'exempt';

export type Verdict = {
  readonly value: VerdictValue;
  /** One sentence: what AWS said, or what we wait for. */
  readonly reason: string;
  readonly since: Instant;
  /** The exact fix, where a person can do something. */
  readonly remedy?: string;
  /** False when the grant stands although AWS has not said so in this process yet (a throttled first DryRun). */
  readonly confirmed: boolean;
  /** True when the grant comes from the ledger of an earlier process in the same resource. */
  readonly remembered: boolean;
  /** The exit code that a refusal, or patience running out on this state, ends with (69, 76, 77 or 78). */
  readonly exitCode: number;
};

/** Whether the product may run under this verdict. */
export const mayRun = ({ value }: Verdict): boolean => value === 'granted' || value === 'exempt';
