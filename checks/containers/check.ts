import { playAll, type Scenario } from '../moved-clock/scenario.ts';
import { NETWORKS } from './networks.ts';
import { KILLED } from './scenarios/killed.ts';
import { ORPHANS } from './scenarios/orphans.ts';
import { STRANGER } from './scenarios/stranger.ts';

/** `run.sh [WORDS]`: only the checks whose name has all the words. */
const words = process.argv.slice(2);
const all: readonly Scenario[] = [...ORPHANS, ...STRANGER, ...NETWORKS, ...KILLED];
const chosen = all.filter(({ name }) => words.every((word) => name.includes(word)));

process.exitCode = chosen.length === 0 || (await playAll(chosen)) > 0 ? 1 : 0;
