/** One day in the life of a fleet. Times are minutes since its start, which is a full hour. */
export type FleetStory = {
  readonly name: string;
  readonly agents: number;
  /** Dimensions of each agent: so many records an agent and hour. */
  readonly dimensions: number;
  /** So many hours of usage. */
  readonly hours: number;
  readonly start: string;
  /** Calls a second that pods of other vendors take out of the account's quota, without restraint. */
  readonly others?: number;
  /** Nobody in the account reaches AWS from the one minute to the other. */
  readonly outage?: readonly [from: number, to: number];
  /** Every third agent's process is killed at this minute, and comes back half a minute later. */
  readonly restart?: number;
};

const DAY = '2026-03-10T10:00:00Z';
/** The last hour that the story uses is the last of the month. */
const LAST_DAY = '2026-03-31T23:00:00Z';

/** 36,000 records are what the quota of an hour allows. */
export const FULL: readonly FleetStory[] = [
  { name: 'the whole quota of an hour', agents: 600, dimensions: 60, hours: 1, start: DAY },
  { name: 'a plain hour', agents: 600, dimensions: 2, hours: 1, start: DAY },
  { name: 'half the quota is taken by others', agents: 600, dimensions: 24, hours: 1, start: DAY, others: 5 },
  { name: 'an outage of three hours', agents: 600, dimensions: 12, hours: 5, start: DAY, outage: [50, 230] },
  { name: "a month's end", agents: 600, dimensions: 24, hours: 1, start: LAST_DAY },
  { name: 'a third restarts', agents: 600, dimensions: 24, hours: 1, start: DAY, restart: 75 },
];
