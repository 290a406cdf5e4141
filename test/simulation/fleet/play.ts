import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeDice } from '../dice.ts';
import { makeAccount } from './account.ts';
import { makePod, namesOf } from './pod.ts';
import type { FleetStory } from './story.ts';
import { makeFleetTime } from './time.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** AWS's window less the agent's own margin. */
const EDGE = 6 * HOUR - 10 * MINUTE;

/** What a story came to. Ages are those of a record when AWS took it, counted from the end of its hour. */
export type FleetResult = {
  readonly reported: number;
  readonly placed: number;
  /** Records with usage that was reported for another hour, or with more of it: units that had to move. */
  readonly displaced: number;
  readonly unsent: number;
  readonly throttled: number;
  readonly refused: number;
  readonly throttledShare: number;
  readonly oldestAge: number;
  readonly medianAge: number;
  /** Records placed in each clock hour since the start. */
  readonly perHour: readonly number[];
  readonly sound: boolean;
};

/** Plays one story to its end: until AWS has everything, or the last hour's window has closed. */
export const play = async (story: FleetStory, seed = 1): Promise<FleetResult> => {
  const root = mkdtempSync(join('/dev/shm', 'tollgate-fleet-'));
  const dice = makeDice(seed);
  const start = Date.parse(story.start);
  const time = makeFleetTime(start);
  const account = makeAccount(time, dice);
  account.othersCall(story.others ?? 0);
  const dimensions = namesOf(story.dimensions);
  const pods = Array.from({ length: story.agents }, (_, index) =>
    makePod(
      { time, account, dice },
      { resource: `task/${seed}-${index}`, directory: join(root, String(index)), dimensions },
    ),
  );
  const at = (minute: number, run: () => void): void => time.plan(start + minute * MINUTE, run);

  try {
    for (const pod of pods) await pod.start();
    for (let hour = 0; hour < story.hours; hour += 1) {
      for (const pod of pods) at(60 * hour + 2 + 40 * dice.fraction(), pod.report);
    }
    if (story.outage !== undefined) {
      at(story.outage[0], () => account.setDown(true));
      at(story.outage[1], () => account.setDown(false));
    }
    if (story.restart !== undefined) {
      for (const pod of pods.filter((_, index) => index % 3 === 0)) {
        at(story.restart + dice.fraction(), pod.kill);
        at(story.restart + 1.5, () => void pod.start());
      }
    }
    const unsent = (): number => pods.reduce((sum, pod) => sum + pod.unsent(), 0);
    const last = start + (story.hours - 1) * HOUR + EDGE + HOUR;
    await time.advanceTo(start + story.hours * HOUR);
    while (time.now() < last && unsent() > 0) await time.advanceTo(time.now() + 5 * MINUTE);

    const records = [...account.state.records.values()];
    const ages = records.map(({ hour, acceptedAt }) => acceptedAt - (hour + 1) * HOUR).sort((a, b) => a - b);
    const perHour: number[] = [];
    for (const { acceptedAt } of records) {
      const hour = Math.floor((acceptedAt - start) / HOUR);
      perHour[hour] = (perHour[hour] ?? 0) + 1;
    }
    const calls = account.calls.accepted + account.calls.throttled + account.calls.refused;
    const isOfItsHour = ({ hour, quantity }: (typeof records)[number]): boolean =>
      quantity === '1' && hour * HOUR >= start && hour * HOUR < start + story.hours * HOUR;
    return {
      reported: story.agents * story.dimensions * story.hours,
      placed: records.length,
      displaced: records.filter((record) => !isOfItsHour(record)).length,
      unsent: unsent(),
      throttled: account.calls.throttled,
      refused: account.calls.refused,
      throttledShare: account.calls.throttled / calls,
      oldestAge: ages.at(-1) ?? 0,
      medianAge: ages[Math.floor(ages.length / 2)] ?? 0,
      perHour: Array.from(perHour, (count) => count ?? 0),
      sound: pods.every((pod) => pod.isSound()),
    };
  } finally {
    for (const pod of pods) pod.kill();
    rmSync(root, { recursive: true, force: true });
  }
};
