import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Instant } from '../agent/core/time/hour.ts';
import type { Clock } from '../agent/ports.ts';
import type { Children } from './children.ts';
import { type FastTime, toEnvironment } from './fastTime.ts';
import type { Story } from './story.ts';

/** What every act of the demo plays on. */
export type Stage = {
  /** Everything that is written lies in here, and goes with it. */
  readonly folder: string;
  readonly clock: Clock;
  readonly story: Story;
  readonly children: Children;
  /** The environment of every process: the caller's own without what would change the outcome. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborts when the demo cannot go on: Ctrl-C, a process that ended by itself, or too long a time. */
  readonly stop: AbortSignal;
  /** Waits until it is so; rejects with the reason when the demo cannot go on. */
  readonly until: (isSo: () => boolean) => Promise<void>;
  /** Waits until the fast clock shows it. */
  readonly untilTime: (instant: Instant) => Promise<void>;
};

/** Settings of a developer's own shell, and what only belongs to the place that a process is given here. */
const FOREIGN = /^(TOLLGATE_|AWS_|ECS_|KUBERNETES_|POD_UID$|NODE_OPTIONS$|NODE_USE_ENV_PROXY$)/;

export const environmentOf = (
  own: Readonly<Record<string, string | undefined>>,
  folder: string,
  time: FastTime,
): Stage['env'] => ({
  ...Object.fromEntries(Object.entries(own).filter(([name]) => !FOREIGN.test(name))),
  ...toEnvironment(time),
  TMPDIR: folder,
});

/** The source file of a program, from the root of `src`. */
export const program = (path: string): string => join(import.meta.dirname, '..', path);

/** Real milliseconds between two looks. */
const LOOK = 20;

export const makeStage = (parts: Omit<Stage, 'until' | 'untilTime'>): Stage => {
  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) {
      parts.stop.throwIfAborted();
      await sleep(LOOK);
    }
    parts.stop.throwIfAborted();
  };
  return { ...parts, until, untilTime: (instant) => until(() => parts.clock.wall() >= instant) };
};
