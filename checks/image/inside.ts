/** inside.ts NAME CONTAINER: plays one scenario in the network namespace of a container. */
import { INSIDE } from './scenarios/inside.ts';

const [wanted = '', container = ''] = process.argv.slice(2);
const scenario = INSIDE.find(({ name }) => name === wanted);
if (scenario === undefined) throw new Error(`there is no scenario of this name: ${wanted}`);
await scenario.play(container);
