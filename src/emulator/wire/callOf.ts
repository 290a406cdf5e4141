import { bodyText, type Call } from '../calls.ts';
import type { Fault } from '../faults/fault.ts';
import { isUsage } from '../rules/change.ts';
import { type Instant, isoOf } from '../rules/values/instant.ts';
import type { Door } from './doors.ts';
import type { Incoming, Outcome } from './http.ts';
import type { Verdict } from './verdict.ts';

/** How a call went, besides what was decided. */
export type Passage = {
  readonly outcome: Outcome;
  readonly hits: readonly Fault[];
  /** The hit that was no mere delay. */
  readonly blow: Fault | undefined;
  readonly requestId: string;
  readonly time: Instant;
  readonly isPerformed: boolean;
};

/** What the client saw of a fault, by name where it has one. */
const errorSeen = (outcome: Outcome, { kind, error }: Fault): string => {
  if (typeof outcome === 'string') return outcome;
  return error ?? outcome.headers['x-amzn-errortype'] ?? kind;
};

/** A call's line on the list. */
export const callOf = (
  { service, operation }: Door,
  incoming: Incoming,
  { note, changes }: Verdict,
  { outcome, hits, blow, requestId, time, isPerformed }: Passage,
): Omit<Call, 'n'> => {
  const isAnswered = blow === undefined || blow.kind.startsWith('no-');
  return {
    time: isoOf(time),
    service,
    operation,
    method: incoming.method,
    path: incoming.path,
    account: note.account ?? null,
    region: note.region ?? null,
    resource: note.resource ?? null,
    source: note.source ?? null,
    ...bodyText(incoming.body),
    status: typeof outcome === 'string' ? null : outcome.status,
    error: isAnswered ? (note.error ?? null) : errorSeen(outcome, blow),
    // A call that was not performed has no answer of AWS's, whatever would have been decided.
    answer: isPerformed ? (note.answer ?? null) : null,
    stored: isPerformed && changes.some(isUsage),
    fault: hits.length === 0 ? null : hits.map(({ kind }) => kind).join('+'),
    requestId,
  };
};
