import { TollgateError } from '../core/errors.ts';
import { EXIT } from '../core/exitCode.ts';
import { hourOf } from '../core/time/hour.ts';
import { askControl, type Command, carryOut } from '../io/ledger/books/control.ts';
import { openDeadLedger } from '../io/ledger/books/deadLedger.ts';

/** Carries a command out on the file itself when nobody holds it, through the agent when one does. */
export async function* askLedger(folder: string, command: Command): AsyncIterable<unknown> {
  const dead = openDeadLedger(folder);
  if (dead === undefined) {
    yield* askControl(folder, command);
    return;
  }
  try {
    const now = Date.now();
    yield* carryOut(dead.books, command, { openHour: hourOf(now), now, live: false });
  } finally {
    dead.close();
  }
}

/** The first line of an answer that has one. */
export const one = async <Answer>(answers: AsyncIterable<unknown>): Promise<Answer> => {
  for await (const answer of answers) return answer as Answer;
  throw new TollgateError('ledger_command', 'the agent gave no answer', { exitCode: EXIT.unexpected });
};
