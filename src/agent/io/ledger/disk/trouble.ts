import { TollgateError } from '../../../core/errors.ts';
import { EXIT } from '../../../core/exitCode.ts';

/** Nothing was written, for sure. */
export const unavailable = (why: string, cause: unknown): TollgateError =>
  new TollgateError('ledger_unavailable', `the ledger takes nothing at the moment: ${why}`, {
    remedy:
      'free room on its volume or mend the volume; nothing that was acknowledged is lost, and the agent goes on by itself',
    exitCode: EXIT.ledger,
    cause,
  });

/** The disk failed in the middle: what was being written may be there all the same when the file is opened again. */
export const uncertain = (why: string, cause: unknown): TollgateError =>
  new TollgateError('ledger_uncertain', `the disk failed while the ledger wrote: ${why}`, {
    remedy:
      'mend the volume; the agent opens the file again by itself. Repeat reports only under an id or an Idempotency-Key',
    exitCode: EXIT.ledger,
    cause,
  });
