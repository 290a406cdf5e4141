import type { Verdict, VerdictValue } from '../gate/verdict.ts';
import { json, type Reply } from './reply.ts';

/** What `GET /v1/entitlement` and `GET /startz` say by their status. */
const STATUSES = { granted: 200, exempt: 200, refused: 403, pending: 503 } as const satisfies Record<
  VerdictValue,
  number
>;

/** Seconds after which it is worth while to ask again. */
const ASK_AGAIN = '5';

/** What `GET /v1/entitlement` answers. `started`: the product may run, or once might in this process. */
export type Entitlement = {
  readonly verdict: VerdictValue;
  readonly reason: string;
  readonly since: string;
  readonly remedy?: string;
  readonly confirmed: boolean;
  readonly remembered: boolean;
  readonly exitCode: number;
  readonly started: boolean;
};

export const entitlementReply = (verdict: Verdict, started: boolean): Reply => {
  const { value, reason, since, remedy, confirmed, remembered, exitCode } = verdict;
  const body: Entitlement = {
    verdict: value,
    reason,
    since: new Date(since).toISOString(),
    ...(remedy !== undefined && { remedy }),
    confirmed,
    remembered,
    exitCode,
    started,
  };
  return json(STATUSES[value], body, value === 'pending' ? { 'Retry-After': ASK_AGAIN } : undefined);
};

/** What the probes of the health listener answer: no reason of the verdict, since AWS's words may name accounts and roles. */
export type Probe = {
  readonly verdict: VerdictValue;
  readonly exitCode: number;
  readonly started: boolean;
  /** Why this replica is not ready although its gate is open; absent where it is. */
  readonly notReady?: string;
};

/** `why`: what is in the way, if anything; in words where a probe may say it. */
export const probeReply = (
  { value, exitCode }: Verdict,
  started: boolean,
  good: boolean,
  why?: string | undefined,
): Reply => {
  const body: Probe = { verdict: value, exitCode, started, ...(why === undefined ? {} : { notReady: why }) };
  return json(good ? 200 : 503, body);
};
