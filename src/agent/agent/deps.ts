import type { Clock, Log, Random, Scheduler } from '../ports.ts';

/** What every part of an agent may ask of the world outside. */
export type Deps = {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly log: Log;
};
