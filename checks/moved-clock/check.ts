import { playAll } from './scenario.ts';
import { CREDENTIALS } from './scenarios/credentials.ts';
import { WHOLE_DAYS } from './scenarios/days.ts';
import { HOURS } from './scenarios/hours.ts';
import { IDLE } from './scenarios/idle.ts';
import { OUTAGES } from './scenarios/outages.ts';
import { SOAK } from './scenarios/soak.ts';
import { STARTS } from './scenarios/starts.ts';

/** They wait more than they compute. */
const LANES = 4;

/** `run.sh [WORDS]`: only the checks whose name has all the words. */
const words = process.argv.slice(2);
const chosen = [...IDLE, ...WHOLE_DAYS, ...HOURS, ...OUTAGES, ...SOAK, ...STARTS, ...CREDENTIALS].filter(({ name }) =>
  words.every((word) => name.includes(word)),
);

process.exitCode = chosen.length === 0 || (await playAll(chosen, LANES)) > 0 ? 1 : 0;
