import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { playAll, type Scenario } from '../moved-clock/scenario.ts';
import { must } from './kube.ts';
import { cluster } from './releases.ts';
import type { Rendered } from './renderAll.ts';

/** manifests.ts FOLDER VERSION RENDERED DEFINITIONS: what an API server says of the charts; started by `kubernetes.sh inside`. */
const [folder = '', version = '', rendered = '', ...definitions] = process.argv.slice(2);
const kubernetes = join(import.meta.dirname, '..', 'tools', 'kubernetes.sh');

type Template = {
  readonly metadata?: { readonly labels?: object };
  readonly spec: { readonly serviceAccountName?: string };
};
type Applied = {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string; readonly resourceVersion: string };
};

await must(kubernetes, ['api', folder, version]);
const kube = cluster(folder, '');
const renders = JSON.parse(readFileSync(rendered, 'utf8')) as readonly Rendered[];
const listOf = (items: readonly object[]): string => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
const objects = listOf(renders.flatMap((one) => one.objects));

for (const file of definitions) await kube.ask('apply', '--server-side', '-f', file);
if (definitions.length > 0) await kube.ask('wait', '--for=condition=established', 'crd', '--all');
await kube.apply(
  listOf(
    renders.map(({ namespace }) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: namespace,
        labels: {
          'pod-security.kubernetes.io/enforce': 'restricted',
          'pod-security.kubernetes.io/warn': 'restricted',
        },
      },
    })),
  ),
);

const APPLY = ['apply', '--server-side', '--validate=strict', '-f', '-'];

/** The words of the server, which must neither refuse nor warn. */
const taken = async (words: readonly string[], input: string): Promise<string> => {
  const { code, stdout, stderr } = await kube.try(words, input);
  assert.ok(code === 0 && stderr === '', `kubectl ${words.join(' ')}: ${code} ${stderr}`);
  return stdout;
};

/** What the server holds after an apply. It gives a claim another version with each, also where nothing is another. */
const apply = async (): Promise<readonly Applied[]> => {
  const { items } = JSON.parse(await taken([...APPLY, '-o', 'json'], objects)) as {
    readonly items: readonly Applied[];
  };
  return items.map((item) =>
    item.kind === 'PersistentVolumeClaim' ? { ...item, metadata: { ...item.metadata, resourceVersion: '' } } : item,
  );
};

/** The pods that the workloads would make, and the accounts that these run under. */
const pods = renders.flatMap(({ namespace, objects: own }) =>
  own.flatMap((object) => {
    const { kind, spec } = object as { readonly kind: string; readonly spec?: { readonly template?: Template } };
    const template = spec?.template;
    if (template === undefined) return [];
    return [
      {
        account: {
          apiVersion: 'v1',
          kind: 'ServiceAccount',
          metadata: { name: template.spec.serviceAccountName ?? 'default', namespace },
        },
        pod: {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: `of-${kind.toLowerCase()}`, namespace, labels: template.metadata?.labels },
          spec: template.spec,
        },
      },
    ];
  }),
);

/** One that runs under an account that is there, and says nothing of its security. */
const NAKED = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'naked', namespace: pods[0]?.account.metadata.namespace },
  spec: { serviceAccountName: pods[0]?.account.metadata.name, containers: [{ name: 'app', image: 'app' }] },
};

const scenarios: readonly Scenario[] = [
  {
    name: `Kubernetes ${version} takes ${renders.length} renders of the charts and examples in a strict dry run, without a warning`,
    play: async () => void (await taken([...APPLY, '--dry-run=server'], objects)),
  },
  {
    name: `O35: applied a second time they change no field on Kubernetes ${version}`,
    play: async () => {
      const [once, twice] = [await apply(), await apply()];
      assert.ok(once.length > 0);
      assert.deepEqual(twice, once);
    },
  },
  {
    name: `Kubernetes ${version} lets their pods into a namespace that enforces "restricted", and no other pod`,
    play: async () => {
      await kube.apply(listOf(pods.map(({ account }) => account)));
      await taken(['create', '--dry-run=server', '-f', '-'], listOf(pods.map(({ pod }) => pod)));
      const { code, stderr } = await kube.try(['create', '--dry-run=server', '-f', '-'], JSON.stringify(NAKED));
      assert.notEqual(code, 0);
      assert.match(stderr, /violates PodSecurity "restricted/);
    },
  },
];

// One after the other: the second leaves behind what the third looks at.
process.exit((await playAll(scenarios, 1)) === 0 ? 0 : 1);
