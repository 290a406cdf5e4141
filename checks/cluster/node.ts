import { join } from 'node:path';
import { playAll, type Scenario } from '../moved-clock/scenario.ts';
import { startAws } from './aws.ts';
import { must } from './kube.ts';
import { startNames } from './names.ts';
import { cluster, worldOf } from './releases.ts';
import { HOMES, scenariosOf } from './scenarios.ts';
import { startWebhook } from './webhook.ts';

/** node.ts FOLDER IMAGES [WORDS]: the charts on a real node; started by `kubernetes.sh inside`. */
const [folder = '', images = '', ...words] = process.argv.slice(2);
const kubernetes = join(import.meta.dirname, '..', 'tools', 'kubernetes.sh');
const HOST = '10.97.0.1';
/** As a cluster of EKS calls itself. */
const ISSUER = 'https://oidc.eks.us-east-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE';

process.env['KUBERNETES_ISSUER'] = ISSUER;
await must(kubernetes, ['api', folder, '1.36']);
await must(kubernetes, ['node', folder, images]);
const kube = cluster(folder, 'default');
const aws = await startAws(folder, ISSUER, kube, worldOf(Object.values(HOMES)));
await startNames(HOST, kube);
await startWebhook(folder, kube, aws.variables(HOST));

const { alone, beside } = scenariosOf(folder, aws);
const play = (scenarios: readonly Scenario[], lanes: number): Promise<number> =>
  playAll(
    scenarios.filter(({ name }) => words.every((word) => name.includes(word))),
    lanes,
  );
const failed = (await play(alone, 1)) + (await play(beside, beside.length));
// All that was started here ends with the namespaces.
process.exit(failed === 0 ? 0 : 1);
