import { describe } from '../../core/errors.ts';
import type { Receipt } from '../../core/usage/report.ts';
import type { Batch, Placing, Scheduler } from '../../ports.ts';
import type { Arrived } from './append.ts';

type Waiting = Arrived & { readonly answer: (receipt: Receipt) => void };

/** Seconds after which a caller may come again when the ledger takes nothing. */
const RETRY_AFTER = 5;

/**
 * All that arrived in one turn of the loop shares one transaction and one fsync. Nobody is answered before it is on disk;
 * when it cannot be written nothing of the group counts, and everybody is told so.
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
      receipts = group.map(() => ({ kind: 'unavailable', reason: describe(error), retryAfter: RETRY_AFTER }));
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
