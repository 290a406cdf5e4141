import { randomInt, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fromEnvironment, makeFastClock } from './fastTime.ts';
import { read, type SampleReport, unacknowledged, write } from './journal.ts';
import { endWithParent } from './parent.ts';

/**
 * The vendor's product, in small. All that it knows of metering is the door: it hands in a report under an id, and hands
 * the same one in again until it is acknowledged, after its own restart too.
 */
const [, , book = ''] = process.argv;
const url = process.env['TOLLGATE_URL'] ?? '';
const token = readFileSync(process.env['TOLLGATE_TOKEN_FILE'] ?? '', 'utf8').trim();
const clock = makeFastClock(fromEnvironment(process.env));

/** Real milliseconds: between two reports, between two tries of one, and until a try counts as failed. */
const REST = 60;
const RETRY = 100;
const PATIENCE = 1_000;

/** One report in so many is handed in twice, as a client does that did not hear the answer. */
const TWICE = 8;

/** Once told to stop, the report under way has so many tries left. */
const LAST_TRIES = 20;

let stopping = false;
process.on('SIGTERM', () => {
  stopping = true;
});

/** Answers undefined when nobody can tell whether it counts: then it has to be handed in again. */
const handIn = async (report: SampleReport): Promise<{ readonly late: number } | undefined> => {
  let response: Response;
  try {
    response = await fetch(`${url}/v1/usage`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(report),
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (response.status === 202) return (await response.json()) as { late: number };
  } catch {
    return undefined;
  }
  if (response.status === 503) return undefined;
  throw new Error(`the door answered ${response.status} to ${JSON.stringify(report)}: ${await response.text()}`);
};

const handInUntilCounted = async (report: SampleReport): Promise<void> => {
  for (let lastTries = LAST_TRIES; lastTries > 0; lastTries -= stopping ? 1 : 0) {
    const receipt = await handIn(report);
    if (receipt !== undefined) {
      write(book, { kind: 'acknowledged', id: report.id, late: receipt.late > 0, at: clock.wall() });
      return;
    }
    write(book, { kind: 'repeated', id: report.id });
    await sleep(RETRY);
  }
};

let users = 20;

/** What the product did just now. */
const QUANTITIES: Readonly<Record<string, () => string>> = {
  requests: () => String(randomInt(1, 40)),
  data_gb: () => `0.${String(randomInt(1, 9_999)).padStart(4, '0')}`,
  users: () => {
    users = Math.max(1, users + randomInt(-6, 7));
    return String(users);
  },
};

const next = (count: number): SampleReport => {
  const names = Object.keys(QUANTITIES);
  const dimension = names[count % names.length] ?? '';
  const quantity = QUANTITIES[dimension]?.() ?? '0';
  return { id: randomUUID(), dimension, quantity, timestamp: new Date(clock.wall()).toISOString() };
};

endWithParent();
const left = unacknowledged(read(book));
write(book, { kind: 'started', pid: process.pid });
for (const report of left) {
  write(book, { kind: 'repeated', id: report.id });
  await handInUntilCounted(report);
}
for (let count = 0; !stopping; count += 1) {
  const report = next(count);
  write(book, { kind: 'report', ...report });
  await handInUntilCounted(report);
  if (count % TWICE === TWICE - 1) {
    write(book, { kind: 'repeated', id: report.id });
    await handIn(report);
  }
  await sleep(REST);
}
