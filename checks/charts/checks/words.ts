import type { Scenario } from '../../moved-clock/scenario.ts';
import { expectThat } from '../expect.ts';
import { HELMS, type Render, template, type Values } from '../helm.ts';

const OWN = 'charts/tollgate';
const SIDECAR = 'examples/charts/usage-sidecar';

const standby = (values: Values): Render => ({ chart: OWN, values: { ...values, standby: { enabled: true } } });

/** What AWS Marketplace's launch fills in. */
const PLACEHOLDER = ['$', '{AWSMP_SERVICE_ACCOUNT}'].join('');

/** Values that cannot be together, and a piece of the sentence that says so. */
const REFUSED: readonly (readonly [string, Render, RegExp])[] = [
  [
    'hourly in a pod of its own',
    { chart: OWN, values: { config: { product: { pricing: 'hourly' } } } },
    /would bill itself/,
  ],
  [
    'monthly in a pod of its own',
    { chart: OWN, values: { config: { product: { pricing: 'monthly' } } } },
    /would bill itself/,
  ],
  [
    'the placeholder of the service account',
    { chart: OWN, values: { serviceAccount: { create: false, name: PLACEHOLDER } } },
    /still "\$\{AWSMP_SERVICE_ACCOUNT\}"/,
  ],
  ['nobody to run as', { chart: OWN, values: { serviceAccount: { create: false } } }, /serviceAccount\.name is empty/],
  [
    "a setting that is not the buyer's",
    { chart: SIDECAR, values: { tollgate: { settings: { 'shutdown.drain': '9s' } } } },
    /add it to buyerMay \(log\.level\)/,
  ],
  ['a setting that nobody knows', { chart: OWN, values: { settings: { 'log.levell': 'debug' } } }, /log\.levell/],
  [
    'a setting that only a vendor has',
    { chart: OWN, values: { settings: { 'metering.mode': 'shadow' } } },
    /metering\.mode/,
  ],
  [
    'two configurations',
    { chart: SIDECAR, values: { tollgate: { config: { product: { code: 'x' } } } } },
    /config and configFile both say/,
  ],
  [
    'a file that is not there',
    { chart: SIDECAR, values: { tollgate: { configFile: 'nope.yaml' } } },
    /nope\.yaml is not in the chart/,
  ],
  [
    'a key file that is not there',
    { chart: SIDECAR, values: { tollgate: { keyFiles: ['key.pem'] } } },
    /key\.pem is not in the chart/,
  ],
  [
    'probes that lead nowhere',
    { chart: OWN, values: { config: { health: { listen: 'unix:/run/x.sock' } } } },
    /health\.listen is "unix/,
  ],
  ['a misspelt dimension', { chart: OWN, values: { config: { dimensions: { pages: { metre: 'sum' } } } } }, /metre/],
  ['a product code that is a number', { chart: OWN, values: { config: { product: { code: 12 } } } }, /code/],
  ['a rolling update', { chart: OWN, values: { strategy: { type: 'RollingUpdate' } } }, /strategy/],
  ['two replicas', { chart: OWN, values: { replicas: 2 } }, /replicas/],
  [
    'a claim on a network file system',
    { chart: OWN, values: { persistence: { accessModes: ['ReadWriteMany'] } } },
    /accessModes/,
  ],
  ['a standby on one claim', standby({ persistence: { existingClaim: 'x' } }), /cannot share one ledger/],
  ['a standby that keeps hours', standby({ config: { metering: { onShutdown: 'keep' } } }), /onShutdown: send/],
  ['a standby that may not be evicted', standby({ podDisruptionBudget: { enabled: true } }), /never be drained/],
  ['a Lease for one replica', { chart: OWN, values: { config: { standby: { lease: 'x' } } } }, /no right to the Lease/],
  [
    'a native sidecar before 1.29',
    { chart: 'examples/charts/usage-sidecar', args: ['--kube-version', '1.28.9'] },
    /1\.29/,
  ],
];

export const WORDS: readonly Scenario[] = REFUSED.map(([what, render, sentence]) => ({
  name: `refused with words: ${what}`,
  play: async () => {
    for (const which of HELMS) {
      const { ok, err } = template(render, which);
      expectThat(!ok && sentence.test(err), `${which}: ${err || 'it renders'}`);
    }
  },
}));
