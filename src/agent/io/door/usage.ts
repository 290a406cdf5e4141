import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { NOTHING, type RequestKey, receiptReply } from '../../core/door/receiptReply.ts';
import { problem, type Reply, unavailable } from '../../core/door/reply.ts';
import { type ReportRules, type ReportsReading, reportsOf } from '../../core/door/reports.ts';
import { MOST_BODY, tooLarge, usageHeadersFault } from '../../core/door/usageHeaders.ts';
import { describe } from '../../core/errors.ts';
import type { Receipt, Report } from '../../core/usage/report.ts';
import type { Log } from '../../ports.ts';
import { readBody, textOf } from './readBody.ts';

/** Hands reports to the ledger; resolves when they are on disk. */
export type Take = (reports: readonly Report[], requestKey?: RequestKey) => Promise<Receipt>;

/** Seconds after which a caller may find the door of the next process. */
const RETRY_AFTER_DRAIN = 5;

/** The digest tells a repeated request from another one under the same key. */
const requestKeyOf = (request: IncomingMessage, bytes: Buffer): RequestKey | undefined => {
  const key = request.headers['idempotency-key'];
  return typeof key === 'string' ? { key, digest: hash('sha256', bytes, 'base64url') } : undefined;
};

/**
 * `POST /v1/usage`. Reports reach `take` in the turn of the loop in which their last byte came, so that all of one turn
 * share one fsync.
 */
export const makeUsage = ({
  take,
  rules,
  isDraining,
  log,
}: {
  readonly take: Take;
  readonly rules: () => ReportRules;
  readonly isDraining: () => boolean;
  readonly log: Pick<Log, 'error'>;
}) => {
  const draining = (): Reply =>
    unavailable('Nothing was counted: the agent is shutting down.', RETRY_AFTER_DRAIN, true);

  const counted = async (reading: Extract<ReportsReading, { ok: true }>, requestKey?: RequestKey): Promise<Reply> => {
    if (reading.reports.length === 0) return receiptReply(NOTHING, true);
    try {
      return receiptReply(await take(reading.reports, requestKey), reading.batch);
    } catch (error) {
      log.error('door_take', { message: describe(error) });
      return problem('internal', 'It is not known whether the reports count. Send them again with the same ids.');
    }
  };

  return async (request: IncomingMessage): Promise<Reply> => {
    const fault = usageHeadersFault(request.headers);
    if (fault !== undefined) return fault;
    const body = await readBody(request, MOST_BODY);
    if (body.kind === 'tooLarge') return tooLarge();
    if (isDraining()) return draining();
    const text = textOf(body.bytes);
    if (text === undefined) return problem('unreadable', 'The body is not UTF-8.');
    const reading = reportsOf(text, rules());
    if (reading.ok) return counted(reading, requestKeyOf(request, body.bytes));
    const { status, title, detail, problems } = reading;
    return problem(status === 400 ? 'unreadable' : 'reports', detail, { title, errors: problems });
  };
};
