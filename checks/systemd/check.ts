/** check.ts SCRATCH NETWORK: in the network namespace NETWORK, with machine/, tollgate.deb and tollgate.rpm in SCRATCH. */
import { playAll } from '../moved-clock/scenario.ts';
import { PACKAGES } from './packages.ts';
import { makeStory } from './story.ts';

const [scratch = '', network = ''] = process.argv.slice(2);
await using story = await makeStory(scratch, network);

// One machine, one life: each chapter begins where the one before ended.
const failed = (await playAll([...PACKAGES(scratch), ...story.chapters], 1)) > 0;
process.exitCode = failed ? 1 : 0;
