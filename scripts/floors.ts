import { violationsOf } from './floorRules.ts';
import { readSources } from './sources.ts';

const all = await readSources();
const violations = violationsOf(all);
for (const violation of violations) process.stderr.write(`${violation}\n`);
process.stdout.write(`floors: ${all.length} files, ${violations.length} violations\n`);
process.exitCode = violations.length === 0 ? 0 : 1;
