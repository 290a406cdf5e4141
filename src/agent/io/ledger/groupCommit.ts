import { describe, TollgateError } from '../../core/errors.ts';
import type { Receipt } from '../../core/usage/report.ts';
import type { Batch, Placing, Scheduler } from '../../ports.ts';
import type { Arrived } from './append.ts';

type Waiting = Arrived & { readonly answer: (receipt: Receipt) => void };

/** Seconds after which a caller may come again when the ledger takes nothing. */
const RETRY_AFTER = 5;

/**
 * So many reports share a transaction, unless one request has more: each id may lie on a page of its own, and all pages that a
 * transaction has written are in the log at once.
 */
const MOST_TOGETHER = 4_000;

/** The group in parts of so many reports; a request is never divided. */
function* partsOf(group: readonly Waiting[]): Iterable<readonly Waiting[]> {
  let part: Waiting[] = [];
  let reports = 0;
  for (const one of group) {
    if (part.length > 0 && reports + one.batch.reports.length > MOST_TOGETHER) {
      yield part;
      [part, reports] = [[], 0];
    }
    part.push(one);
    reports += one.batch.reports.length;
  }
  yield part;
}

/**
 * All that arrived in one turn of the loop shares one transaction and one fsync. Nobody is answered before it is on disk;
 * when it cannot be written everybody is told so, and whether
 * that is sure: a disk that fails in the middle of a write may have kept it.
 */
export const makeGroupCommit = (
  scheduler: Pick<Scheduler, 'afterTurn'>,
  commit: (group: readonly Arrived[]) => readonly Receipt[],
) => {
  let waiting: Waiting[] = [];

  const settle = (group: readonly Waiting[]): void => {
    let receipts: readonly Receipt[];
    try {
      receipts = commit(group);
    } catch (error) {
      const isUncertain = error instanceof TollgateError && error.code === 'ledger_uncertain';
      receipts = group.map(() => ({
        kind: 'unavailable',
        reason: describe(error),
        retryAfter: RETRY_AFTER,
        ...(isUncertain ? { uncertain: true } : {}),
      }));
    }
    for (const [index, { answer }] of group.entries()) {
      const receipt = receipts[index];
      if (receipt !== undefined) answer(receipt);
    }
  };

  const flush = (): void => {
    const group = waiting;
    waiting = [];
    for (const part of partsOf(group)) settle(part);
  };

  return (batch: Batch, place: Placing): Promise<Receipt> =>
    new Promise((answer) => {
      waiting.push({ batch, place, answer });
      if (waiting.length === 1) scheduler.afterTurn(flush);
    });
};
