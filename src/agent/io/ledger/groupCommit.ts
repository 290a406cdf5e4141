import { describe, TollgateError } from '../../core/errors.ts';
import type { Receipt } from '../../core/usage/report.ts';
import type { Batch, Placing, Scheduler } from '../../ports.ts';
import type { Arrived } from './append.ts';

type Waiting = Arrived & { readonly answer: (receipt: Receipt) => void };

/** Seconds after which a caller may come again when the ledger takes nothing. */
const RETRY_AFTER = 5;

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

  const flush = (): void => {
    const group = waiting;
    waiting = [];
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

  return (batch: Batch, place: Placing): Promise<Receipt> =>
    new Promise((answer) => {
      waiting.push({ batch, place, answer });
      if (waiting.length === 1) scheduler.afterTurn(flush);
    });
};
