import { playAll, type Scenario } from '../moved-clock/scenario.ts';
import { CASES } from './checks/cases.ts';
import { CONFIGURATIONS } from './checks/configurations.ts';
import { OUTPUT } from './checks/output.ts';
import { SCHEMAS } from './checks/schemas.ts';
import { WORDS } from './checks/words.ts';

/** `run.sh [--renew] [WORDS]`: only the checks whose name has all the words; --renew keeps what is rendered as golden. */
const words = process.argv.slice(2).filter((word) => word !== '--renew');
const all: readonly Scenario[] = [...OUTPUT, ...SCHEMAS, ...CONFIGURATIONS, ...WORDS, ...CASES];
const chosen = all.filter(({ name }) => words.every((word) => name.includes(word)));

process.exitCode = chosen.length === 0 || (await playAll(chosen)) > 0 ? 1 : 0;
