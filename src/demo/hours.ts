import { endOf, type Hour, hourOf, MINUTE, next, startOf } from '../agent/core/time/hour.ts';
import { killInTheMiddle, loseAnswers, throttle } from './mishaps.ts';
import { hourText, type Records, titled } from './records.ts';
import { acknowledgedIn, type Running, run } from './running.ts';
import type { Stage } from './stage.ts';

export type Fleet = { readonly task: Running; readonly pod: Running; readonly instance: Running };

/** How far into an hour its mishap strikes, and how far into the last one the end comes. */
const MIDDLE = 30 * MINUTE;

/** By then every home has begun to send a closed hour: it settles for 5 minutes, and slots are ten wide. */
const SENT = 20 * MINUTE;

/** With less than this left, the first hour of the story is the next one. */
const LEAST = 15 * MINUTE;

/** Real milliseconds. */
const REFRESH = 300;

export const inOrder = ({ task, pod, instance }: Fleet): readonly Running[] => [task, pod, instance];

const countsOf = (fleet: Fleet): string =>
  inOrder(fleet)
    .map(({ home, entries }) => `${home.title} ${acknowledgedIn(entries())}`)
    .join(', ');

/** Waits for the end of an hour, and until AWS has its records of every home. */
const close = async (stage: Stage, fleet: Fleet, records: Records, hour: Hour): Promise<void> => {
  await stage.untilTime(endOf(hour));
  stage.story.tell(`The hour ${hourText(hour)} is over. Reports counted so far: ${countsOf(fleet)}`);
  await stage.untilTime(endOf(hour) + SENT);
  await stage.until(() => inOrder(fleet).every(({ home }) => records.stateOf(home, hour) !== 'waiting'));
};

const restart = async (stage: Stage, emulator: string, pod: Running, records: Records): Promise<Running> => {
  const id = await killInTheMiddle(stage, pod);
  const again = await run(stage, emulator, pod.home, records);
  await stage.until(() => again.entries().some((entry) => entry.kind === 'acknowledged' && entry.id === id));
  stage.story.tell(
    `${titled(pod.home)} healed: the app handed that report in again, by the same id; it counts once`,
    'good',
  );
  return again;
};

/** Keeps the line at the bottom of a terminal; the answer ends that. */
const showProgress = ({ story }: Stage, fleet: () => Fleet): (() => void) => {
  const timer = setInterval(() => story.progress(`reports counted: ${countsOf(fleet())}`), REFRESH);
  return () => {
    clearInterval(timer);
    story.progress('');
  };
};

/** Three hours, each with its mishap, and the beginning of a fourth. */
export const threeHours = async (stage: Stage, emulator: string, started: Fleet, records: Records): Promise<Fleet> => {
  let fleet = started;
  const stopProgress = stage.story.isTerminal ? showProgress(stage, () => fleet) : () => {};
  const first = hourOf(stage.clock.wall() + LEAST);
  const [second, third, last] = [next(first), next(next(first)), next(next(next(first)))];
  try {
    await loseAnswers(stage, emulator, fleet.task);
    await close(stage, fleet, records, first);

    await stage.untilTime(startOf(second) + MIDDLE);
    fleet = { ...fleet, pod: await restart(stage, emulator, fleet.pod, records) };
    await close(stage, fleet, records, second);

    await throttle(stage, emulator, fleet.instance);
    await close(stage, fleet, records, third);

    await stage.untilTime(startOf(last) + MIDDLE);
    return fleet;
  } finally {
    stopProgress();
  }
};
