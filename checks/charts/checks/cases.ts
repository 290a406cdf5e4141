import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Scenario } from '../../moved-clock/scenario.ts';
import { expectEqual, expectNone, expectThat } from '../expect.ts';
import { changed } from '../golden.ts';
import { HELMS, helm, type Item, objectsIn, type Render, ROOT, template, templateAnew, WORK } from '../helm.ts';
import { type Container, containersOf, faultsOf, podsIn } from '../pods.ts';
import { ALL_SWITCHES, EVERYTHING, EXAMPLES, INSTALLABLE, objectsOf, rendered, VALUES } from '../renders.ts';

const OWN = 'charts/tollgate';
const SIDECAR = 'examples/charts/usage-sidecar';

const podOf = (render: Render) => {
  const [pod] = podsIn(objectsOf(render));
  if (pod === undefined) throw new Error(`${render.chart} renders no pod`);
  return pod;
};

const agentIn = (render: Render): Container => {
  const agent = podsIn(objectsOf(render))
    .flatMap(containersOf)
    .find(({ args }) => args?.[0] === 'run');
  if (agent === undefined) throw new Error(`${render.chart} renders no agent`);
  return agent;
};

const ofKind = (items: readonly Item[], kind: string): readonly Item[] => items.filter((item) => item['kind'] === kind);
const nameOf = (item: Item | undefined): unknown => (item?.['metadata'] as Item | undefined)?.['name'];

/** The text of every template, of sub-charts too. */
const templates = (): readonly (readonly [string, string])[] =>
  ['charts/tollgate', 'charts/tollgate-lib', ...EXAMPLES].flatMap((chart) => {
    const folder = join(ROOT, chart, 'templates');
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => [`${chart}/templates/${name}`, readFileSync(join(folder, name), 'utf8')] as const);
  });

/** The places of a pattern in all templates. */
const places = (pattern: RegExp): readonly string[] =>
  templates().flatMap(([name, text]) => (text.match(pattern) ?? []).map((found) => `${name}: ${found}`));

const O20: Scenario = {
  name: 'O20 the agent of a Job is a native sidecar, so that the Job ends',
  play: async () => {
    const items = objectsOf({ chart: 'examples/charts/usage-job' });
    const [job] = ofKind(items, 'Job');
    const [pod] = podsIn(items);
    expectThat(job !== undefined && pod !== undefined, 'no Job');
    expectEqual(
      pod?.containers.map(({ name }) => name),
      ['app'],
      'containers',
    );
    expectEqual(
      pod?.initContainers?.map(({ restartPolicy, args }) => [restartPolicy, args]),
      [['Always', ['run']]],
      'initContainers',
    );
    expectEqual(pod?.['restartPolicy'], 'Never', 'restartPolicy');
  },
};

const O24: Scenario = {
  name: "O24 probes go to the health listener at the pod's address, and nothing probes the door",
  play: async () => {
    for (const listen of ['0.0.0.0:8788', '[::]:9100']) {
      const {
        startupProbe,
        livenessProbe,
        readinessProbe,
        ports = [],
      } = agentIn({
        chart: OWN,
        values: { config: { health: { listen } } },
      });
      const probes = [startupProbe, livenessProbe, readinessProbe] as readonly { httpGet: Item }[];
      expectEqual(
        probes.map(({ httpGet }) => [httpGet['path'], httpGet['port'], httpGet['host'] ?? null]),
        [
          ['/startz', 'tollgate-health', null],
          ['/healthz', 'tollgate-health', null],
          ['/readyz', 'tollgate-health', null],
        ],
        'probes',
      );
      const health = ports.find(({ name }) => name === 'tollgate-health')?.containerPort;
      expectEqual(health, Number(listen.split(':').at(-1)), 'port');
    }
    const sidecar = agentIn({ chart: SIDECAR });
    expectEqual(
      sidecar.ports?.map(({ name }) => name),
      ['tollgate-health'],
      "the sidecar's ports",
    );
    expectEqual(sidecar['readinessProbe'] ?? null, null, 'readiness without its policy');
    const { failureThreshold, periodSeconds } = sidecar['startupProbe'] as {
      failureThreshold: number;
      periodSeconds: number;
    };
    expectThat(failureThreshold * periodSeconds > 30 * 60, "the startup probe ends before the gate's patience");
  },
};

const packaged = (): readonly string[] => {
  const folder = join(WORK, 'packages');
  for (const chart of INSTALLABLE) {
    const { ok, err } = helm('helm4', ['package', chart, '--destination', folder]);
    expectThat(ok, err);
  }
  return readdirSync(folder).map((name) => join(folder, name));
};

const IMAGE = /^709825985650\.dkr\.ecr\.us-east-1\.amazonaws\.com\/your-company\/[a-z-]+:[0-9.]+$/;

const O32: readonly Scenario[] = [
  {
    name: 'O32 packages are linted and rendered elsewhere, with no values and no network',
    play: async () => {
      for (const file of packaged()) {
        for (const which of HELMS) {
          const lint = helm(which, ['lint', file], WORK);
          expectThat(lint.ok && !lint.out.includes('[WARNING]'), `${which} ${basename(file)}: ${lint.out}${lint.err}`);
          const render = helm(which, ['template', 'acme', file], WORK);
          expectThat(render.ok, `${which} ${basename(file)}: ${render.err}`);
          const images = podsIn(objectsIn(render.out))
            .flatMap(containersOf)
            .map(({ image }) => image);
          expectThat(images.length > 0, 'no image');
          expectNone(
            images.filter((image) => !IMAGE.test(image)),
            basename(file),
          );
        }
      }
    },
  },
  {
    name: 'O32 a repository that AWS wrote with registry and tag is taken as it is',
    play: async () => {
      const imageOf = (image: Item): string => agentIn({ chart: OWN, values: { image } }).image;
      const registry = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';
      const whole = `${registry}/acme/tollgate:1.4.0`;
      expectEqual(imageOf({ registry, repository: 'acme/tollgate', tag: '1.4.0' }), whole, 'apart');
      expectEqual(imageOf({ repository: whole }), whole, 'whole');
      expectEqual(imageOf({ registry: '', repository: whole, tag: '' }), whole, 'whole alone');
      expectEqual(imageOf({ repository: `${registry}/acme/tollgate`, tag: '1.4.0' }), whole, 'with the registry');
      expectEqual(imageOf({ registry, repository: 'acme/tollgate:1.4.0' }), whole, 'with the tag');
      expectEqual(
        imageOf({ registry: 'localhost:5000', repository: 'tollgate', tag: 'x' }),
        'localhost:5000/tollgate:x',
        'port',
      );
      expectEqual(
        imageOf({ registry: '', repository: 'localhost:5000/tollgate', tag: 'x' }),
        'localhost:5000/tollgate:x',
        'port',
      );
      expectEqual(
        imageOf({ repository: `${registry}/acme/tollgate@sha256:${'0'.repeat(64)}` }),
        `${registry}/acme/tollgate@sha256:${'0'.repeat(64)}`,
        'digest',
      );
    },
  },
];

const O33: Scenario = {
  name: 'O33 only what an add-on may use: Release.Name and Namespace, no hook, no lookup, no kinds that must be asked for',
  play: async () => {
    expectNone(places(/\.Release\.(?!Name\b|Namespace\b)\w*/g), 'fields of Release');
    expectNone(places(/\blookup\b|helm\.sh\/hook\b|\.APIVersions\b/g), 'what an add-on may not use');
    for (const chart of INSTALLABLE) {
      const plain = rendered({ chart });
      const asAddOn = rendered({ chart, args: ['--include-crds', '--no-hooks'] });
      expectEqual(changed(plain, asAddOn), '', chart);
    }
    const items = objectsOf({ chart: OWN });
    expectThat(ofKind(items, 'Deployment').length === 1, 'an add-on has a Deployment');
    expectNone(
      items
        .filter((item) => (item['metadata'] as Item)['namespace'] !== 'shop')
        .map((item) => `${item['kind']} names no namespace`),
    );
    expectThat(ofKind(items, 'ServiceAccount').length === 1, 'an add-on makes its service account');
  },
};

const O34: Scenario = {
  name: 'O34 versions of Kubernetes as providers write them',
  play: async () => {
    const at = (chart: string, version: string) =>
      HELMS.map((which) => template({ chart, args: ['--kube-version', version] }, which));
    for (const version of ['v1.29.0-eks-1', 'v1.31.7-eks-4096722', 'v1.33.0-gke.100', '1.36.3+k3s1'])
      for (const chart of INSTALLABLE)
        for (const { ok, err } of at(chart, version)) expectThat(ok, `${chart} ${version}: ${err}`);
    for (const version of ['v1.28.9-eks-1', '1.28.15'])
      for (const chart of INSTALLABLE.filter((name) => !name.endsWith('usage-any-cluster')))
        for (const { ok } of at(chart, version)) expectThat(!ok, `${chart} renders for ${version}`);
    const kindAt = (version: string) => {
      const pod = podOf({ chart: 'examples/charts/usage-any-cluster', args: ['--kube-version', version] });
      return [
        pod.initContainers?.map(({ name, restartPolicy = '' }) => name + restartPolicy),
        pod.containers.map(({ name }) => name),
      ];
    };
    expectEqual(kindAt('v1.28.9-eks-1'), [['tollgate-gate'], ['tollgate', 'app']], 'before 1.29');
    expectEqual(kindAt('v1.29.0-eks-1'), [['tollgateAlways'], ['app']], 'from 1.29');
  },
};

const O35: Scenario = {
  name: 'O35 two renders are equal, byte by byte',
  play: async () => {
    const renders = [...INSTALLABLE.map((chart) => ({ chart })), { chart: OWN, values: EVERYTHING }];
    for (const which of HELMS)
      for (const render of renders) {
        const [one, other] = [templateAnew(render, which).out, templateAnew(render, which).out];
        expectThat(one === other && one !== '', `${which} ${render.chart} differs`);
      }
    expectNone(
      places(/\b(?:rand\w+|now|date\w*|uuidv4|gen\w+Cert|genCA|genPrivateKey|htpasswd|bcrypt)\b(?= |\))/g),
      'chance and time',
    );
  },
};

const O36: Scenario = {
  name: 'O36 ids that the cluster hands out: none is rendered where values say null',
  play: async () => {
    const nulls = { runAsUser: null, runAsGroup: null, fsGroup: null };
    for (const which of HELMS) {
      const own = rendered({ chart: OWN, values: { podSecurityContext: nulls, securityContext: nulls } }, which);
      expectThat(!/runAs(User|Group)|fsGroup:/.test(own), `${which}: ${own}`);
      const desk = rendered(
        { chart: 'examples/charts/usage-own-pod', values: { tollgate: { podSecurityContext: { fsGroup: null } } } },
        which,
      );
      expectThat(!/fsGroup:/.test(desk), `${which}: a sub-chart keeps fsGroup`);
      expectThat(!/null/.test(own + desk), `${which}: null is rendered`);
    }
    expectThat(!/runAs(User|Group)|fsGroup:/.test(rendered({ chart: SIDECAR })), 'a sidecar needs no ids');
    for (const chart of INSTALLABLE)
      expectNone(
        podsIn(objectsOf({ chart })).flatMap((pod) => faultsOf(pod)),
        chart,
      );
  },
};

const O37: Scenario = {
  name: 'O37 every container of every pod has requests and limits, whatever the values',
  play: async () => {
    const renders: readonly Render[] = [
      ...INSTALLABLE.map((chart) => ({ chart })),
      { chart: OWN, values: EVERYTHING },
      { chart: 'examples/charts/usage-any-cluster', args: ['--kube-version', '1.28.0'] },
      ...VALUES,
      ...ALL_SWITCHES.map(({ after }) => after),
    ];
    for (const render of renders) {
      const pods = podsIn(objectsOf(render));
      expectThat(pods.length > 0, `${render.chart} renders no pod`);
      expectNone(
        pods.flatMap((pod) => faultsOf(pod)),
        `${render.chart} ${JSON.stringify(render.values ?? {})}`,
      );
    }
    const { resources } = agentIn({
      chart: OWN,
      values: { resources: { limits: { cpu: '2' }, requests: { memory: '128Mi' } } },
    });
    expectEqual(
      [resources?.['limits'], resources?.['requests']],
      [
        { cpu: '2', memory: '192Mi' },
        { cpu: '25m', memory: '128Mi' },
      ],
      'each can be set by itself',
    );
  },
};

const O38: Scenario = {
  name: 'O38 a pod with a claim is recreated, never rolled, and time to stop is enough',
  play: async () => {
    for (const values of [
      {},
      EVERYTHING,
      { persistence: { enabled: false } },
      { persistence: { existingClaim: 'x' } },
    ]) {
      const [deployment] = ofKind(objectsOf({ chart: OWN, values }), 'Deployment') as readonly { spec: Item }[];
      expectEqual(deployment?.spec['strategy'], { type: 'Recreate' }, JSON.stringify(values));
      expectEqual(deployment?.spec['replicas'], 1, 'replicas');
    }
    const graceOf = (values: Item): unknown => podOf({ chart: OWN, values })['terminationGracePeriodSeconds'];
    expectEqual(graceOf({}), 40, 'grace');
    expectEqual(graceOf({ settings: { 'shutdown.grace': '1m30s' } }), 105, 'grace of a buyer');
    expectEqual(graceOf({ config: { shutdown: { grace: '2500ms' } } }), 18, 'grace of the vendor');
    expectEqual(podOf({ chart: SIDECAR })['terminationGracePeriodSeconds'], 60, 'grace of product and sidecar');
    const patience = (gate: Item): unknown =>
      (agentIn({ chart: OWN, values: { config: { gate } } })['startupProbe'] as Item)['failureThreshold'];
    expectEqual([patience({}), patience({ patience: '1h' })], [930, 1830], 'failureThreshold');
  },
};

const accountsIn = (items: readonly Item[]) => ({
  made: ofKind(items, 'ServiceAccount').map((item) => [
    nameOf(item),
    (item['metadata'] as Item)['annotations'] ?? null,
  ]),
  used: [...new Set(podsIn(items).flatMap(({ serviceAccountName }) => serviceAccountName ?? []))],
});

const O39: Scenario = {
  name: "O39 the service account may be somebody else's",
  play: async () => {
    const role = { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/acme' };
    const seen = (serviceAccount: Item, under?: string) => {
      const values = under === undefined ? { serviceAccount } : { [under]: { serviceAccount } };
      return accountsIn(objectsOf({ chart: under === undefined ? OWN : SIDECAR, values }));
    };
    for (const under of [undefined, 'tollgate']) {
      expectEqual(seen({}, under), { made: [['acme-tollgate', null]], used: ['acme-tollgate'] }, 'made');
      expectEqual(
        seen({ annotations: role }, under),
        { made: [['acme-tollgate', role]], used: ['acme-tollgate'] },
        'annotated',
      );
      expectEqual(seen({ create: false, name: 'by-aws' }, under), { made: [], used: ['by-aws'] }, "somebody else's");
    }
  },
};

const STANDBY: Scenario = {
  name: 'a standby has a ledger of its own and two verbs on one Lease, and nobody else has any right',
  play: async () => {
    for (const config of [{}, { standby: { lease: 'elected' } }]) {
      const items = objectsOf({ chart: OWN, values: { standby: { enabled: true }, config } });
      const name = 'standby' in config ? 'elected' : 'acme-tollgate-reporter';
      const [role] = ofKind(items, 'Role');
      expectEqual(
        role?.['rules'],
        [
          {
            apiGroups: ['coordination.k8s.io'],
            resources: ['leases'],
            resourceNames: [name],
            verbs: ['get', 'update'],
          },
        ],
        'rules',
      );
      expectEqual(ofKind(items, 'Lease').map(nameOf), [name], 'Lease');
      const [binding] = ofKind(items, 'RoleBinding');
      expectEqual(
        [binding?.['roleRef'], binding?.['subjects']],
        [
          { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: nameOf(role) },
          [{ kind: 'ServiceAccount', name: 'acme-tollgate', namespace: 'shop' }],
        ],
        'RoleBinding',
      );
      const map = ofKind(items, 'ConfigMap')[0] as { data: Record<string, string> } | undefined;
      expectThat(
        map?.data['tollgate.yaml']?.includes(`lease: ${name}\n`) === true,
        'the configuration names another Lease',
      );
      const [deployment] = ofKind(items, 'Deployment') as readonly { spec: Item }[];
      expectEqual(
        [deployment?.spec['replicas'], deployment?.spec['strategy']],
        [2, { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: '100%' } }],
        'replicas',
      );
      expectEqual(ofKind(items, 'PersistentVolumeClaim'), [], 'claims');
      const [pod] = podsIn(items);
      expectEqual(pod?.['automountServiceAccountToken'], true, "the service account's token");
      expectEqual(
        pod?.volumes?.filter((volume) => volume['persistentVolumeClaim'] !== undefined),
        [],
        'volumes',
      );
    }
    for (const chart of INSTALLABLE) {
      const items = objectsOf({ chart });
      expectEqual([...ofKind(items, 'Role'), ...ofKind(items, 'RoleBinding'), ...ofKind(items, 'Lease')], [], chart);
      expectEqual(
        podsIn(items).filter((pod) => pod['automountServiceAccountToken'] !== false),
        [],
        chart,
      );
    }
  },
};

const ALERTS: Scenario = {
  name: 'alerts ask for metrics that the reference knows, by the pods of the release',
  play: async () => {
    const [rule] = ofKind(objectsOf({ chart: OWN, values: { prometheusRule: { enabled: true } } }), 'PrometheusRule');
    const spec = rule?.['spec'] as { groups: readonly { rules: readonly { expr: string }[] }[] } | undefined;
    const asked = (spec?.groups ?? []).flatMap(({ rules }) => rules.map(({ expr }) => expr));
    const known = readFileSync(join(ROOT, 'docs/reference.md'), 'utf8');
    expectEqual(asked.length, 5, 'alerts');
    for (const expr of asked) {
      const [, metric, rest] = /^(tollgate_\w+)(\{.*\}) [<>] \d+$/.exec(expr) ?? [];
      expectThat(metric !== undefined && known.includes(`| \`${metric}\` |`), `${expr}: no such metric`);
      expectEqual(rest, '{namespace="shop", pod=~"acme-tollgate-.+"}', 'pods');
    }
  },
};

const NAMES: Scenario = {
  name: 'names fit, however long the release is called',
  play: async () => {
    const release = `${'a'.repeat(40)}-${'b'.repeat(12)}`;
    for (const chart of INSTALLABLE) {
      const names = objectsOf({ chart, release }).map(nameOf) as readonly string[];
      expectNone(
        names.filter((name) => name.length > 63 || !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name)),
        chart,
      );
    }
    const items = objectsOf({ chart: OWN, release, values: { fullnameOverride: 'c'.repeat(63) } });
    expectNone((items.map(nameOf) as readonly string[]).filter((name) => name.length > 63));
    expectEqual(
      nameOf(ofKind(objectsOf({ chart: OWN, release: 'tollgate-eu' }), 'Deployment')[0]),
      'tollgate-eu',
      'said once',
    );
  },
};

export const CASES: readonly Scenario[] = [O20, O24, ...O32, O33, O34, O35, O36, O37, O38, O39, STANDBY, ALERTS, NAMES];
