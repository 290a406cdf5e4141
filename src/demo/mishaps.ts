import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from '../emulator/cli/client.ts';
import { type Entry, unacknowledged } from './journal.ts';
import { titled } from './records.ts';
import type { Running } from './running.ts';
import type { Stage } from './stage.ts';

const addFault = async (emulator: string, kind: string, { resource }: Running, times: number): Promise<void> => {
  await ask(emulator, 'POST', 'faults', { kind, operation: 'MeterUsage', resource, times });
};

/** AWS takes the next records and bills them, but its answers get lost on the way. */
export const loseAnswers = async ({ story }: Stage, emulator: string, running: Running): Promise<void> => {
  await addFault(emulator, 'cut-after', running, 2);
  story.tell(
    `${titled(running.home)} MISHAP: AWS will store the next 2 records, and both answers will be lost`,
    'mishap',
  );
};

export const throttle = async ({ story }: Stage, emulator: string, running: Running): Promise<void> => {
  await addFault(emulator, 'throttle', running, 4);
  story.tell(`${titled(running.home)} MISHAP: AWS will throttle the next 4 calls`, 'mishap');
};

/** Real milliseconds in which an answer that was on its way has arrived. */
const SETTLED = 150;

const appOf = (entries: readonly Entry[]): number | undefined =>
  entries.flatMap((entry) => (entry.kind === 'started' ? [entry.pid] : [])).at(-1);

/**
 * Kills agent and app by signal 9 while a report is on its way to the agent. Answers that report's id. The agent is held
 * first, so that there is one for certain.
 */
export const killInTheMiddle = async (stage: Stage, { home, child, entries }: Running): Promise<string> => {
  child.mayEnd();
  child.signalGroup('SIGSTOP');
  await sleep(SETTLED);
  await stage.until(() => unacknowledged(entries()).length > 0);
  const [report] = unacknowledged(entries());
  const app = appOf(entries());
  // The app has a session of its own; in a container both would go at once.
  if (app !== undefined) process.kill(-app, 'SIGKILL');
  child.signalGroup('SIGKILL');
  await child.ended;
  stage.story.tell(`${titled(home)} MISHAP: kill -9 of agent and app, in the middle of a report`, 'mishap');
  return report?.id ?? '';
};
