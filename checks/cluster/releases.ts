import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Aws } from './aws.ts';
import { type Kube, kubeOf, must } from './kube.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const HELM = join(process.env['HELM'] ?? '', 'helm4');
const KUBECTL = join(process.env['HELM'] ?? '', 'kubectl');

/** A namespace, the role of its pods, the product that is sold in it, and the service account that may take the role. */
export type Home = {
  readonly namespace: string;
  readonly product: string;
  readonly pricing: 'usage' | 'hourly';
  readonly account: string;
  readonly isSubscribed: boolean;
};

export const cluster = (folder: string, namespace: string): Kube => kubeOf(KUBECTL, `${folder}/kubeconfig`, namespace);

/** What the emulator must know of all of them. */
export const worldOf = (homes: readonly Home[]) => ({
  roles: Object.fromEntries(
    homes.map(({ namespace, account }) => [
      namespace,
      {
        actions: ['MeterUsage', 'RegisterUsage'],
        trust: { sub: `system:serviceaccount:${namespace}:${account}`, aud: 'sts.amazonaws.com' },
      },
    ]),
  ),
  products: Object.fromEntries(
    homes.map(({ product, pricing }) => [product, pricing === 'usage' ? { pricing, dimensions: 'any' } : { pricing }]),
  ),
  accounts: {
    '111122223333': { subscriptions: homes.filter(({ isSubscribed }) => isSubscribed).map(({ product }) => product) },
  },
});

/**
 * An example chart as a vendor makes it theirs: with a product code, and one line of the check's own, which lets the agent
 * call the emulator.
 */
const chartOf = async (example: string, product: string, aws: Aws): Promise<string> => {
  const chart = mkdtempSync(join(tmpdir(), `tollgate-${example}-`));
  cpSync(join(ROOT, 'examples', 'charts', example), chart, { recursive: true, dereference: true });
  const edit = (name: string, change: (text: string) => string): void => {
    const file = join(chart, name);
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch {
      return;
    }
    writeFileSync(file, change(text));
  };
  edit('tollgate.yaml', (text) => `${text.replace('YOUR-PRODUCT-CODE', product)}endpoints: any\n`);
  edit('values.yaml', (text) =>
    text.replace(/^( *)product:\n *code: YOUR-PRODUCT-CODE\n/m, `$1endpoints: any\n$1product:\n$1  code: ${product}\n`),
  );
  const { keys } = await aws.admin<{ readonly keys: readonly { readonly pem: string }[] }>(
    'GET',
    `keys?product=${product}`,
  );
  edit('key-1.pem', () => keys[0]?.pem ?? '');
  return chart;
};

/** A release of an example chart in the namespace of its home. */
export const release = async ({
  folder,
  aws,
  home: { namespace, product },
  example,
  values,
  shipped,
}: {
  readonly folder: string;
  readonly aws: Aws;
  readonly home: Home;
  readonly example: string;
  readonly values: object;
  /** Of the values in examples/values. */
  readonly shipped: readonly string[];
}) => {
  const kube = cluster(folder, namespace);
  const chart = await chartOf(example, product, aws);
  const helm = (words: readonly string[]): Promise<string> =>
    must(HELM, [...words, '--kubeconfig', `${folder}/kubeconfig`, '--namespace', namespace]);
  const files = shipped.map((name) => join(ROOT, 'examples', 'values', name));
  /** Installs or upgrades with these values of Tollgate's. */
  const put = (command: readonly string[], tollgate: object): Promise<string> => {
    const annotations = { 'eks.amazonaws.com/role-arn': `arn:aws:iam::111122223333:role/${namespace}` };
    const file = join(chart, 'check-values.yaml');
    writeFileSync(
      file,
      JSON.stringify({ replicas: 1, ...values, tollgate: { serviceAccount: { annotations }, ...tollgate } }),
    );
    return helm([...command, 'acme', chart, ...[...files, file].flatMap((one) => ['--values', one])]);
  };
  await kube.apply({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
  });
  return {
    folder,
    product,
    kube,
    install: () => put(['install'], {}),
    upgrade: (tollgate: object) => put(['upgrade', '--wait', '--timeout', '180s'], tollgate),
    /** Takes it away, and waits until its pods have ended, too. */
    uninstall: async (): Promise<void> => {
      await helm(['uninstall', 'acme']);
      await kube.ask('wait', '--for=delete', 'pod', '--selector=app.kubernetes.io/instance=acme', '--timeout=180s');
    },
  };
};

export type Release = Awaited<ReturnType<typeof release>>;

/** What the cluster knows of a namespace, for the error of a check that failed there. */
export const accountOf = async (kube: Kube): Promise<string> => {
  const said = await Promise.all([
    kube.try(['get', 'all,pvc,endpointslices', '-o', 'wide']),
    kube.try(['describe', 'pods']),
    kube.try(['get', 'events']),
    kube.try(['logs', '--all-containers', '--prefix', '--tail=40', '--selector=app.kubernetes.io/instance=acme']),
  ]);
  return said.map(({ stdout, stderr }) => `${stdout}${stderr}`).join('\n');
};
