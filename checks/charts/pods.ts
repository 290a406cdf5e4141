import type { Item } from './helm.ts';

export type Container = {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly restartPolicy?: string;
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly resources?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly securityContext?: Item;
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
} & Item;

export type Pod = {
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes?: readonly ({ readonly name: string } & Item)[];
  readonly securityContext?: Item;
  readonly serviceAccountName?: string;
} & Item;

const podOf = ({ kind, spec }: Item): Pod | undefined => {
  const template = (spec as Item | undefined)?.['template'] as Item | undefined;
  return kind === 'Pod' ? (spec as Pod) : (template?.['spec'] as Pod | undefined);
};

/** Every pod among objects, those of workloads too. */
export const podsIn = (items: readonly Item[]): readonly Pod[] => items.map(podOf).filter((pod) => pod !== undefined);

export const containersOf = ({ initContainers = [], containers }: Pod): readonly Container[] => [
  ...initContainers,
  ...containers,
];

/** What a namespace with quotas wants of each container. */
const unlimited = ({ name, resources }: Container): readonly string[] =>
  ['requests', 'limits'].flatMap((kind) =>
    ['cpu', 'memory'].flatMap((what) =>
      resources?.[kind]?.[what] === undefined ? [`${name} has no ${kind}.${what}`] : [],
    ),
  );

const at = (item: Item | undefined, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((node, key) => (node as Item | undefined)?.[key], item);

/** Pod Security "restricted", as the Kubernetes documentation lists it, in so far as charts can break it. */
const lax = (pod: Pod, container: Container): readonly string[] => {
  const { name, securityContext: own } = container;
  const either = (...path: readonly string[]): unknown => at(own, ...path) ?? at(pod.securityContext, ...path);
  return [
    either('runAsNonRoot') === true ? '' : 'runAsNonRoot',
    either('runAsUser') === 0 ? 'runAsUser' : '',
    either('seccompProfile', 'type') === 'RuntimeDefault' ? '' : 'seccompProfile',
    at(own, 'allowPrivilegeEscalation') === false ? '' : 'allowPrivilegeEscalation',
    JSON.stringify(at(own, 'capabilities', 'drop')) === '["ALL"]' ? '' : 'capabilities.drop',
    at(own, 'readOnlyRootFilesystem') === true ? '' : 'readOnlyRootFilesystem',
  ]
    .filter((field) => field !== '')
    .map((field) => `${name}: ${field} is not restricted`);
};

/** Ports and volumes that are named and not there, or there and not used. */
const dangling = (pod: Pod, container: Container): readonly string[] => {
  const { name, ports = [], volumeMounts = [] } = container;
  const probes = ['startupProbe', 'livenessProbe', 'readinessProbe'].flatMap((probe) => {
    const port = at(container, probe, 'httpGet', 'port');
    return port === undefined || ports.some((one) => one.name === port) ? [] : [`${name}: ${probe} asks port ${port}`];
  });
  const mounts = volumeMounts
    .filter((mount) => !pod.volumes?.some((volume) => volume.name === mount.name))
    .map((mount) => `${name}: no volume ${mount.name}`);
  return [...probes, ...mounts];
};

const doubled = (names: readonly string[]): readonly string[] => names.filter((name, at) => names.indexOf(name) < at);

/** All that no pod of ours may ever lack, whatever the values. */
export const faultsOf = (pod: Pod): readonly string[] => [
  ...containersOf(pod).flatMap((container) => [
    ...unlimited(container),
    ...lax(pod, container),
    ...dangling(pod, container),
    ...doubled((container.env ?? []).map(({ name }) => name)).map((name) => `${container.name}: ${name} twice`),
  ]),
  ...doubled((pod.volumes ?? []).map(({ name }) => name)).map((name) => `volume ${name} twice`),
  ...doubled(containersOf(pod).map(({ name }) => name)).map((name) => `container ${name} twice`),
  ...(pod['enableServiceLinks'] === false ? [] : ['enableServiceLinks is not false']),
  ...(pod['automountServiceAccountToken'] === undefined ? ['automountServiceAccountToken is not said'] : []),
];
