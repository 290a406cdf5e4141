/** inside.ts NAME: plays one scenario in the network namespace that it was started in. */
import { INSIDE } from './scenarios/inside.ts';

const [wanted = ''] = process.argv.slice(2);
const scenario = INSIDE.find(({ name }) => name === wanted);
if (scenario === undefined) throw new Error(`there is no scenario of this name: ${wanted}`);
await scenario.play();
