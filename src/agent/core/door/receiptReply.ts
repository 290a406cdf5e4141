import type { Receipt } from '../usage/report.ts';
import { json, notLeader, problem, type Reply, unavailable } from './reply.ts';
import { UNCOUNTED } from './uncounted.ts';

/**
 * Whole-request idempotency: the key of the `Idempotency-Key` header, and a digest of the body, so that the same key with
 * another body can be told from a repetition.
 */
export type RequestKey = { readonly key: string; readonly digest: string };

/** Nothing to count is no fault: a buffer that is flushed may be empty. */
export const NOTHING: Receipt = { kind: 'accepted', accepted: 0, duplicates: 0, late: 0, untagged: 0 };

const CONFLICT = 'id_conflict: this id was taken before with other content; the first report stands';

/**
 * What the caller of `POST /v1/usage` is told. A conflict without indices is the request's own: its Idempotency-Key came
 * before with another body.
 */
export const receiptReply = (receipt: Receipt, batch: boolean): Reply => {
  switch (receipt.kind) {
    case 'accepted': {
      const { accepted, duplicates, late, untagged, uncounted } = receipt;
      const told = uncounted?.map(({ index, why }) => ({ index, why, reason: UNCOUNTED[why] }));
      return json(202, { accepted, duplicates, late, untagged, ...(told === undefined ? {} : { uncounted: told }) });
    }
    case 'conflict': {
      if (receipt.indices.length === 0) {
        return problem(
          'conflict',
          'This Idempotency-Key was taken before with another body; the first request stands.',
          {
            title: 'Idempotency-Key taken before with another body',
          },
        );
      }
      const errors = receipt.indices.map((index) => ({ index, field: 'id', reason: CONFLICT }));
      if (!batch) return problem('conflict', 'Nothing counts: the first report with this id stands.', { errors });
      const detail = `${errors.length} ids of this batch were taken before with other content; nothing of it counts.`;
      return problem('reports', detail, { errors });
    }
    case 'unavailable':
      if (receipt.notLeader === true) return notLeader(`Nothing was counted: ${receipt.reason}`, receipt.retryAfter);
      return unavailable(
        receipt.uncertain === true
          ? `It is not known whether this was counted. With an id or an Idempotency-Key it can be repeated safely, without one it may count twice: ${receipt.reason}`
          : `Nothing was counted: ${receipt.reason}`,
        receipt.retryAfter,
      );
    default:
      return receipt satisfies never;
  }
};
