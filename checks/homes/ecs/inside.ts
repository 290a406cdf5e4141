/** inside.ts NETWORK NAME: plays one scenario in the network namespace that it was started in, that of a container. */
import { playIn } from './scenarios.ts';

const [network = '', name = ''] = process.argv.slice(2);
await playIn(network, name);
