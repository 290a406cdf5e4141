import type { Values } from './helm.ts';

/** For each documented value one that differs from its default, and what else must be set for it to show. */
export type Switch = {
  readonly value: unknown;
  readonly with?: Values;
  /** The chart in which it is seen, when it is not the usual one. */
  readonly in?: string;
};

const DROP_ONE = { limits: { memory: '256Mi' } };
const POD_CONFIG = { product: { code: '4w1vgsrkqdkypbz43g7qkk4uz' }, dimensions: { pages: { meter: 'sum' } } };

const SHARED: Readonly<Record<string, Switch>> = {
  'image.registry': { value: 'images.example.com' },
  'image.repository': { value: 'images.example.com/acme/tollgate:1.4.0' },
  'image.tag': { value: '1.4.0' },
  'image.pullPolicy': { value: 'Always' },
  existingConfigMap: { value: '{{ .Release.Name }}-own' },
  settings: { value: { 'log.level': 'debug' } },
  logLevel: { value: 'warn' },
  'serviceAccount.create': { value: false, with: { serviceAccount: { name: 'made-by-aws' } } },
  'serviceAccount.name': { value: 'metering' },
  'serviceAccount.annotations': { value: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/acme' } },
  'state.sizeLimit': { value: '3Gi' },
  resources: { value: DROP_ONE },
  securityContext: { value: { runAsUser: 1000 } },
  awsRegion: { value: 'eu-west-1' },
  'proxy.httpsProxy': { value: 'http://proxy.example.com:3128' },
  'proxy.noProxy': { value: '.example.com' },
  'extraCa.configMap': { value: 'company-ca' },
  'extraCa.key': { value: 'company.pem', with: { extraCa: { configMap: 'company-ca' } } },
  additionalLabels: { value: { team: 'blue' } },
  additionalAnnotations: { value: { owner: 'blue' } },
  extraEnv: { value: [{ name: 'TZ', value: 'UTC' }] },
  extraEnvFrom: { value: [{ configMapRef: { name: 'more' } }] },
  extraVolumes: { value: [{ name: 'scratch', emptyDir: {} }] },
  extraVolumeMounts: {
    value: [{ name: 'scratch', mountPath: '/scratch' }],
    with: { extraVolumes: [{ name: 'scratch', emptyDir: {} }] },
  },
};

/** By the chart that is rendered: the values below `tollgate` of an example, or those of the chart itself. */
export const SWITCHES: Readonly<Record<'tollgate' | 'tollgate-lib', Readonly<Record<string, Switch>>>> = {
  'tollgate-lib': {
    ...SHARED,
    configFile: { value: '' },
    keyFiles: { value: [], in: 'examples/charts/hourly-init-container' },
    config: { value: POD_CONFIG, with: { configFile: '' } },
  },
  tollgate: {
    ...SHARED,
    'state.sizeLimit': { value: '3Gi', with: { persistence: { enabled: false } } },
    imagePullSecrets: { value: [{ name: 'registry' }] },
    nameOverride: { value: 'toll' },
    fullnameOverride: { value: 'acme-metering' },
    'config.product.code': { value: '4w1vgsrkqdkypbz43g7qkk4uz' },
    'config.product.pricing': { value: 'byol' },
    'config.dimensions': { value: { pages: { meter: 'sum', per: 1_000_000 } } },
    'config.buyerMay': { value: ['log.level', 'shutdown.grace', 'shutdown.drain'] },
    'doorToken.existingSecret': { value: 'acme-door' },
    'doorToken.key': { value: 'door' },
    'service.port': { value: 80 },
    'service.annotations': { value: { note: 'door' } },
    'persistence.enabled': { value: false },
    'persistence.existingClaim': { value: 'acme-ledger' },
    'persistence.size': { value: '4Gi' },
    'persistence.storageClass': { value: 'gp3' },
    'persistence.accessModes': { value: ['ReadWriteOncePod'] },
    'persistence.retain': { value: false },
    'persistence.annotations': { value: { note: 'ledger' } },
    podSecurityContext: { value: { fsGroup: 1000 } },
    'networkPolicy.enabled': { value: true },
    'networkPolicy.from': {
      value: [{ podSelector: { matchLabels: { app: 'acme' } } }],
      with: { networkPolicy: { enabled: true } },
    },
    'networkPolicy.extraEgress': {
      value: [{ ports: [{ port: 3128, protocol: 'TCP' }] }],
      with: { networkPolicy: { enabled: true } },
    },
    'podMonitor.enabled': { value: true },
    'podMonitor.labels': { value: { release: 'prometheus' }, with: { podMonitor: { enabled: true } } },
    'podMonitor.interval': { value: '30s', with: { podMonitor: { enabled: true } } },
    'prometheusRule.enabled': { value: true },
    'prometheusRule.labels': { value: { release: 'prometheus' }, with: { prometheusRule: { enabled: true } } },
    'podDisruptionBudget.enabled': { value: true },
    'standby.enabled': { value: true },
    podLabels: { value: { tier: 'billing' } },
    podAnnotations: { value: { note: 'pod' } },
    nodeSelector: { value: { 'kubernetes.io/arch': 'arm64' } },
    tolerations: { value: [{ key: 'billing', operator: 'Exists', effect: 'NoSchedule' }] },
    affinity: {
      value: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] }],
          },
        },
      },
    },
    topologySpreadConstraints: {
      value: [
        {
          maxSkew: 1,
          topologyKey: 'topology.kubernetes.io/zone',
          whenUnsatisfiable: 'ScheduleAnyway',
          labelSelector: { matchLabels: { 'app.kubernetes.io/component': 'metering' } },
        },
      ],
    },
    priorityClassName: { value: 'system-cluster-critical' },
    extraObjects: {
      value: [
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: '{{ .Release.Name }}-more' } },
        'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: "{{ .Release.Name }}-text" }',
      ],
    },
  },
};

/** Values that change nothing, on purpose. */
export const WITHOUT_EFFECT: readonly string[] = ['k8version'];

const isMap = (value: unknown): value is Values => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Both, the second one's leaves last. */
export const merged = (one: Values, other: Values): Values => {
  const added = Object.entries(other).map(([key, value]) => {
    const before = one[key];
    return [key, isMap(before) && isMap(value) ? merged(before, value) : value];
  });
  return { ...one, ...Object.fromEntries(added) };
};

/** The values with one at a path. */
export const withValue = (values: Values, [key = '', ...rest]: readonly string[], value: unknown): Values => {
  const inner = values[key];
  return { ...values, [key]: rest.length === 0 ? value : withValue(isMap(inner) ? inner : {}, rest, value) };
};
