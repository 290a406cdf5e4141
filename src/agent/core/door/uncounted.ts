import type { Uncounted } from '../usage/report.ts';

/** Why an accepted report counts nothing, in words for whoever sent it. */
export const UNCOUNTED: Readonly<Record<Uncounted, string>> = {
  first: 'the first reading of its series: it counts from here on',
  stale: 'not newer than what is known already',
  older: 'its start is older than that of the last reading: another process reports into the same series',
  fell: 'below the last reading with the same start: a counter that was not reset cannot fall',
  brake: 'more than six resets within an hour: two processes seem to report into one series, which is held from now on',
  held: 'its series is held: a person must look at it, then "tollgate ledger release HOUR DIMENSION"',
  late: 'its hour is over and frozen, and says nothing of another one',
  changed: 'its hour began with another meter',
  full: 'more series or things than can be told apart',
};
