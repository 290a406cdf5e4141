import { TollgateError } from '../../../core/errors.ts';
import { EXIT } from '../../../core/exitCode.ts';

/** What a person named is not there, or cannot be decided any more. */
export const notFound = (message: string, remedy: string): TollgateError =>
  new TollgateError('ledger_no_such', message, { remedy, exitCode: EXIT.usage });
