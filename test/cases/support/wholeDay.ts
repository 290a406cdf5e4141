/**
 * wholeDay.ts DAY: one report in the last millisecond of every UTC hour of that day and a hundred in its first, in the zone
 * that TZ names. Prints the UTC offsets that the zone has that day, and what the toll billed by UTC hour.
 */
import * as quantity from '../../../src/agent/core/usage/quantity.ts';
import { startWorld } from '../../support/tollWorld.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const [day = ''] = process.argv.slice(2);
const start = Date.parse(`${day}T00:00:00Z`);
const offsets = new Set<number>();
const world = await startWorld({ now: `${day}T00:00:10Z` });

const reportAt = (at: number, count: number) =>
  world.agent.recording.take([{ dimension: 'requests', quantity: quantity.of(count), at, dated: true }]);

for (let begins = start; begins < start + 24 * HOUR; begins += HOUR) {
  offsets.add(-new Date(begins).getTimezoneOffset());
  await world.wait(begins + 10_000 - world.clock.wall());
  await reportAt(begins, 100);
  await world.wait(begins + 57 * MINUTE - world.clock.wall());
  await reportAt(begins + HOUR - 1, 1);
}
await world.wait(20 * MINUTE);
process.stdout.write(JSON.stringify({ offsets: [...offsets], bill: world.aws.bill('requests') }));
