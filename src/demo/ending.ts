import { ask } from '../emulator/cli/client.ts';
import { SOLD } from './dimensions.ts';
import { filesOf, type Home } from './homes.ts';
import { type Fleet, inOrder } from './hours.ts';
import type { Bill } from './reckoning/bill.ts';
import type { LedgerLine } from './reckoning/ledgerCount.ts';
import { type Row, reckon } from './reckoning/reckon.ts';
import { type Records, titled } from './records.ts';
import { program, type Stage } from './stage.ts';

/** Tells all homes to stop, as an orchestrator does, and waits until the last flush is out. */
export const stopAll = async (stage: Stage, fleet: Fleet, records: Records): Promise<void> => {
  stage.story.tell('All three are told to stop (SIGTERM): the app ends, then the open hour goes out');
  for (const { child } of inOrder(fleet)) {
    child.mayEnd();
    child.signal('SIGTERM');
  }
  for (const { home, child } of inOrder(fleet)) {
    const { code, lastWords } = await child.ended;
    if (code !== 0) throw new Error(`${home.title} ended with ${code} at SIGTERM:\n${lastWords.join('\n')}`);
  }
  records.flush();
  stage.stop.throwIfAborted();
};

const tollgate = (stage: Stage, words: readonly string[]): Promise<string> =>
  stage.children.run({
    name: `tollgate ${words.join(' ')}`,
    words: [program('agent/main.ts'), ...words],
    env: stage.env,
  });

const exported = async (stage: Stage, folder: string): Promise<readonly LedgerLine[]> => {
  const text = await tollgate(stage, ['ledger', 'export', '--format', 'jsonl', '--ledger', folder]);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LedgerLine);
};

/** Throws when the ledger does not prove itself. */
const checked = async (stage: Stage, home: Home, folder: string): Promise<void> => {
  const said = await tollgate(stage, ['ledger', 'check', '--ledger', folder]);
  stage.story.tell(`${titled(home)} tollgate ledger check: ${said.trim()}`, 'good');
};

/** Lays the three books side by side: the apps' own, the ledgers by the real commands, and AWS's bill. */
export const settle = async (stage: Stage, emulator: string, fleet: Fleet): Promise<readonly Row[]> => {
  const books = await Promise.all(
    inOrder(fleet).map(async ({ home, resource, entries }) => {
      const { ledger } = filesOf(stage.folder, home);
      await checked(stage, home, ledger);
      return { home: home.title, resource, app: entries(), ledger: await exported(stage, ledger) };
    }),
  );
  stage.stop.throwIfAborted();
  return reckon(SOLD, books, (await ask(emulator, 'GET', 'bill')) as Bill);
};
