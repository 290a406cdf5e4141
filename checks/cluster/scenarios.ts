import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario } from '../moved-clock/scenario.ts';
import type { Aws } from './aws.ts';
import { type ContainerStatus, containerOf, type Kube, must, type Pod, until } from './kube.ts';
import { accountOf, type Home, type Release, release } from './releases.ts';

const home = (namespace: string, pricing: Home['pricing'], more: Partial<Home> = {}): Home => ({
  namespace,
  product: `${namespace}product`,
  pricing,
  account: 'acme-tollgate',
  isSubscribed: true,
  ...more,
});

/** One namespace a scenario. */
export const HOMES = {
  sidecar: home('sidecar', 'usage'),
  init: home('init', 'hourly'),
  job: home('job', 'usage'),
  killed: home('killed', 'usage'),
  own: home('own', 'usage'),
  standby: home('standby', 'usage'),
  refused: home('refused', 'usage', { isSubscribed: false }),
  refusedInit: home('refused-init', 'hourly', { isSubscribed: false }),
  stranger: home('stranger', 'usage', { account: 'somebody-else' }),
} as const satisfies Record<string, Home>;

const ACME = 'app.kubernetes.io/instance=acme';

const podOf = async (kube: Kube, selector = ACME): Promise<Pod | undefined> => (await kube.pods(selector))[0];

const isRunning = ({ state }: ContainerStatus): boolean => state.running !== undefined;

const endOf = ({ state, lastState }: ContainerStatus): ContainerStatus['state']['terminated'] =>
  state.terminated ?? lastState.terminated;

/** Waits until a container of the release is so. */
const seen = (kube: Kube, what: string, container: string, isSo: (status: ContainerStatus) => boolean) =>
  until(what, async () => {
    const pod = await podOf(kube);
    const status = containerOf(pod, container);
    return pod !== undefined && status !== undefined && isSo(status) ? { pod, status } : undefined;
  });

const hasNotStarted = async (kube: Kube): Promise<void> => {
  const app = containerOf(await podOf(kube), 'app');
  assert.equal(app?.state.waiting?.reason, 'PodInitializing');
  assert.equal(app?.restartCount, 0);
};

/** The clock of a container's status shows whole seconds. */
const secondOf = (iso: string | undefined): number => Math.floor(Date.parse(iso ?? '') / 1000);

type Play = (acme: Release, aws: Aws) => Promise<void>;

const heldBack: Play = async ({ kube, install, uninstall, product }, aws) => {
  await aws.admin('POST', 'faults', { kind: 'error', operation: 'MeterUsage' });
  await install();
  const asked = await until('AWS was asked twice, in vain', async () => {
    const calls = await aws.calls('MeterUsage');
    return calls.length > 1 && calls;
  });
  const { pod } = await seen(kube, 'the sidecar runs', 'tollgate', isRunning);
  assert.equal(asked[0]?.resource, pod.metadata.uid, 'AWS knows the pod by the uid in its token');
  await hasNotStarted(kube);
  await aws.admin('DELETE', 'faults');
  const { status } = await seen(kube, 'the product runs', 'app', isRunning);
  const grant = (await aws.calls('MeterUsage')).find(({ error }) => error === null);
  assert.ok(secondOf(status.state.running?.startedAt) >= secondOf(grant?.time), 'it started after the grant');

  await until('it has reported', async () => (await kube.log(pod.metadata.name, 'app')).includes('morning: 202'));
  await uninstall();
  // The last 500 pages were reported after the signal to stop.
  assert.deepEqual(await aws.bill(product), { pages: '42' });
};

/** One report from the product's container, by the program that is in its image. */
const report = (kube: Kube, pod: Pod, ...words: readonly string[]): Promise<string> =>
  kube.ask('exec', pod.metadata.name, '-c', 'app', '--', '/opt/tollgate/bin/tollgate', 'report', ...words);

const killed: Play = async ({ kube, install, uninstall, product }, aws) => {
  await install();
  const { pod } = await seen(kube, 'the product runs', 'app', isRunning);
  await until('it has reported', async () => (await kube.log(pod.metadata.name, 'app')).includes('morning: 202'));
  const id = containerOf(await podOf(kube), 'tollgate')?.containerID?.replace('containerd://', '') ?? '';
  await must('ctr', ['-a', '/run/containerd.sock', '-n', 'k8s.io', 'tasks', 'kill', '--signal', 'SIGKILL', id]);
  await seen(kube, 'the sidecar is back', 'tollgate', (one) => one.restartCount === 1 && one.started === true);
  await report(kube, pod, 'pages', '2000', '--id', 'noon');
  const app = containerOf(await podOf(kube), 'app');
  assert.equal(app?.restartCount, 0, 'the product went on');
  await uninstall();
  // 41,500 before the kill, 2,000 after it, 500 at the end.
  assert.deepEqual(await aws.bill(product), { pages: '44' });
};

const registered: Play = async ({ kube, install, product }, aws) => {
  await install();
  const pods = await until('both pods run', async () => {
    const found = await kube.pods(ACME);
    return found.length === 2 && found.every((pod) => containerOf(pod, 'app')?.state.running !== undefined) && found;
  });
  assert.deepEqual((await aws.registered(product)).toSorted(), pods.map(({ metadata: { uid } }) => uid).toSorted());
};

const completed: Play = async ({ kube, install, product }, aws) => {
  await install();
  await kube.ask('wait', '--for=condition=complete', 'job/acme', '--timeout=180s');
  assert.deepEqual(await aws.bill(product), { pages: '7' });
};

/** A disk of the node, as a volume that claims get. */
const giveDisk = async (kube: Kube, path: string): Promise<void> => {
  mkdirSync(path);
  const node = { key: 'kubernetes.io/hostname', operator: 'In', values: ['node'] };
  await kube.apply({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'disk' },
    spec: {
      capacity: { storage: '2Gi' },
      accessModes: ['ReadWriteOnce'],
      local: { path },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [node] }] } },
    },
  });
};

/** The secret that the pods of a product report by. */
const giveToken = (kube: Kube): Promise<string> =>
  kube.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'acme-tollgate-door-token' },
    stringData: { token: 'a-token-that-only-this-check-knows' },
  });

const OWN = 'app.kubernetes.io/name=tollgate';

/** Both pods of the product, once each has had its three reports taken. */
const desksOf = (kube: Kube): Promise<readonly Pod[]> =>
  until('both desks have reported', async () => {
    const found = await kube.pods('app.kubernetes.io/name=acme-desk');
    const logs = await Promise.all(found.map(({ metadata: { name } }) => kube.log(name, 'app')));
    return found.length === 2 && logs.every((log) => (log.match(/: 202/g) ?? []).length === 3) && found;
  });

/** The replica that the Lease names, with what else there is. */
const leaderOf = async (kube: Kube): Promise<{ readonly leader?: Pod; readonly others: readonly Pod[] }> => {
  const path = `/apis/coordination.k8s.io/v1/namespaces/${kube.namespace}/leases/acme-tollgate-reporter`;
  const { spec } = JSON.parse(await kube.look(path)) as { readonly spec?: { readonly holderIdentity?: string } };
  const pods = await kube.pods(OWN);
  const isHolder = ({ metadata: { name, uid } }: Pod): boolean =>
    [name, uid].some((word) => spec?.holderIdentity?.includes(word) === true);
  const leader = pods.find(isHolder);
  return { ...(leader !== undefined && { leader }), others: pods.filter((pod) => !isHolder(pod)) };
};

const stoodBy: Play = async ({ kube, install, uninstall, product }, aws) => {
  await giveToken(kube);
  await install();
  await desksOf(kube);
  const isUp = (pod: Pod | undefined): boolean => containerOf(pod, 'tollgate')?.started === true;
  const { leader, other } = await until('one leads and one stands by', async () => {
    const { leader: found, others } = await leaderOf(kube);
    const [one] = others;
    return found !== undefined && isUp(found) && isUp(one) && { leader: found, other: one };
  });
  const isReady = (pod: Pod | undefined): boolean | undefined => containerOf(pod, 'tollgate')?.ready;
  assert.deepEqual([isReady(leader), isReady(other)], [true, false]);
  // The one that stood by follows, or the new one in the place of the old, whichever looks first.
  await kube.ask('delete', 'pod', leader.metadata.name);
  await until('another one leads', async () => {
    const { leader: found } = await leaderOf(kube);
    return found !== undefined && found.metadata.uid !== leader.metadata.uid;
  });
  await uninstall();
  // Ada, Grace and the two desks, by the one that took the reports.
  assert.deepEqual(await aws.records(product), [{ dimension: 'users', quantity: '4', resource: leader.metadata.uid }]);
};

const upgraded: Play = async ({ folder, kube, install, upgrade, uninstall, product }, aws) => {
  await giveDisk(kube, join(folder, 'disk'));
  await giveToken(kube);
  await install();
  const desks = await desksOf(kube);
  const before = await podOf(kube, OWN);
  // The old one hands its hour over, as the example says; nobody comes after the new one.
  await upgrade({ config: { metering: { onShutdown: 'send' } } });
  const after = await podOf(kube, OWN);
  assert.notEqual(after?.metadata.uid, before?.metadata.uid);
  assert.equal(containerOf(after, 'tollgate')?.restartCount, 0, 'it did not stumble over the one before it');
  // One whom the ledger has seen, and one whom it has not.
  const [desk] = desks;
  assert.ok(desk !== undefined);
  for (const source of ['ada', 'linus']) await report(kube, desk, 'users', '1', '--source', source);
  await uninstall();
  // Ada, Grace, the two desks, and Linus.
  assert.deepEqual(await aws.records(product), [{ dimension: 'users', quantity: '5', resource: after?.metadata.uid }]);
};

const refusedBy =
  (container: string): Play =>
  async ({ kube, install }) => {
    await install();
    const { pod, status } = await seen(kube, 'it was refused', container, (one) => endOf(one) !== undefined);
    assert.equal(endOf(status)?.exitCode, 77);
    const described = await kube.ask('describe', 'pod', pod.metadata.name);
    assert.match(
      described,
      /Message: +(refused: )?CustomerNotEntitledException: .*[^.]\. Fix: subscribe to the product/,
    );
    await hasNotStarted(kube);
  };

const distrusted: Play = async ({ kube, install }) => {
  await install();
  const { pod } = await seen(kube, 'the sidecar runs', 'tollgate', isRunning);
  const log = await until('it says what the trust policy lacks', async () => {
    const text = await kube.log(pod.metadata.name, 'tollgate');
    return text.includes('system:serviceaccount:stranger:acme-tollgate') && text;
  });
  assert.match(log, /pending/);
  await hasNotStarted(kube);
};

/** Those that steer AWS for everybody, and those that may be played beside each other. */
export const scenariosOf = (folder: string, aws: Aws) => {
  const scenario = (
    name: string,
    at: Home,
    example: string,
    play: Play,
    values: object = {},
    shipped: readonly string[] = [],
  ): Scenario => ({
    name,
    play: async () => {
      const acme = await release({ folder, aws, home: at, example, values, shipped });
      try {
        await play(acme, aws);
      } catch (error) {
        const words = error instanceof Error ? error.stack : String(error);
        throw new Error(`${words}\n${await accountOf(acme.kube)}`, { cause: error });
      }
    },
  });
  return {
    alone: [
      scenario(
        'a native sidecar holds the product back until AWS grants it by a token of the cluster; its last report is billed',
        HOMES.sidecar,
        'usage-sidecar',
        heldBack,
      ),
    ],
    beside: [
      scenario(
        'O38: a pod of its own with a claim meters all pods, is upgraded without waiting for itself, and keeps its ledger',
        HOMES.own,
        'usage-own-pod',
        upgraded,
        { replicas: 2 },
      ),
      scenario(
        'of two replicas of a pod of its own the one that the Lease names takes the reports, and when it goes another one follows',
        HOMES.standby,
        'usage-own-pod',
        stoodBy,
        { replicas: 2 },
        ['usage-own-pod.standby.yaml'],
      ),
      scenario(
        'an init container registers each pod of an hourly product before it starts',
        HOMES.init,
        'hourly-init-container',
        registered,
        { replicas: 2 },
      ),
      scenario(
        'a native sidecar that is killed comes back to its ledger and to its grant, while the product goes on',
        HOMES.killed,
        'usage-sidecar',
        killed,
      ),
      scenario('O20: a Job with a native sidecar completes and is billed', HOMES.job, 'usage-job', completed),
      scenario(
        'a native sidecar that AWS refuses never lets the product start, and kubectl describe says why',
        HOMES.refused,
        'usage-sidecar',
        refusedBy('tollgate'),
      ),
      scenario(
        'an init container that AWS refuses never lets the product start, and kubectl describe says why',
        HOMES.refusedInit,
        'hourly-init-container',
        refusedBy('tollgate-gate'),
      ),
      scenario(
        'O28: a service account that the trust policy does not name is told what the policy would have to say',
        HOMES.stranger,
        'usage-sidecar',
        distrusted,
      ),
    ],
  };
};
