import * as z from 'zod';
import { refusalOf } from '../../src/agent/core/configuration/layers/buyerMay.ts';
import { jsonSchema } from '../../src/agent/core/configuration/schema/jsonSchema.ts';
import { SETTINGS } from '../../src/agent/core/configuration/schema/settings.ts';
import type { DocumentedValue } from './values.ts';

export type Json = { readonly [key: string]: unknown };

const optionalText = z.string();
/** What Kubernetes itself describes, and checks. */
const theirs = z.looseObject({});
const theirList = z.array(z.unknown());
const textMap = z.record(z.string(), z.string());
const quantity = z.union([z.string().regex(/^[0-9.]+([eEinumkKMGTP][0-9i]*)?$/), z.number().nonnegative(), z.null()]);
const amounts = z.looseObject({
  cpu: quantity.describe('Cores, like 250m.'),
  memory: quantity.describe('Bytes, like 256Mi.'),
});
const port = z.int().min(1).max(65_535);

const shared = {
  image: z.strictObject({
    registry: optionalText,
    repository: z.string().min(1),
    tag: z.string(),
    pullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']),
  }),
  existingConfigMap: optionalText,
  settings: theirs,
  logLevel: z.enum(['', 'error', 'warn', 'info', 'debug']),
  serviceAccount: z.strictObject({ create: z.boolean(), name: optionalText, annotations: textMap }),
  state: z.strictObject({ sizeLimit: quantity }),
  resources: z.strictObject({
    requests: amounts.describe('What the scheduler keeps free.'),
    limits: amounts.describe('The most that is given.'),
  }),
  securityContext: theirs,
  awsRegion: optionalText,
  proxy: z.strictObject({ httpsProxy: optionalText, noProxy: optionalText }),
  extraCa: z.strictObject({ configMap: optionalText, key: z.string().min(1) }),
  additionalLabels: textMap,
  additionalAnnotations: textMap,
  extraEnv: theirList,
  extraEnvFrom: theirList,
  extraVolumes: theirList,
  extraVolumeMounts: theirList,
  // Helm hands every sub-chart what all charts of a release share.
  global: theirs,
};

const library = z.strictObject({
  ...shared,
  configFile: optionalText,
  keyFiles: z.array(z.string().min(1)),
  config: theirs,
});

const operator = { enabled: z.boolean(), labels: textMap };

const application = z.strictObject({
  ...shared,
  imagePullSecrets: z.array(z.strictObject({ name: z.string().min(1) })),
  nameOverride: optionalText,
  fullnameOverride: optionalText,
  config: theirs,
  doorToken: z.strictObject({ existingSecret: optionalText, key: z.string().min(1) }),
  service: z.strictObject({ port, annotations: textMap }),
  persistence: z.strictObject({
    enabled: z.boolean(),
    existingClaim: optionalText,
    size: quantity,
    storageClass: optionalText,
    accessModes: z.array(z.enum(['ReadWriteOnce', 'ReadWriteOncePod'])).min(1),
    retain: z.boolean(),
    annotations: textMap,
  }),
  podSecurityContext: theirs,
  networkPolicy: z.strictObject({ enabled: z.boolean(), from: theirList, extraEgress: theirList }),
  podMonitor: z.strictObject({ ...operator, interval: z.string().regex(/^([0-9]+(ms|s|m|h))+$/) }),
  prometheusRule: z.strictObject(operator),
  podDisruptionBudget: z.strictObject({ enabled: z.boolean() }),
  standby: z.strictObject({ enabled: z.boolean() }),
  podLabels: textMap,
  podAnnotations: textMap,
  nodeSelector: theirs,
  tolerations: theirList,
  affinity: theirs,
  topologySpreadConstraints: theirList,
  priorityClassName: optionalText,
  extraObjects: theirList,
  k8version: z.union([z.string(), z.number()]),
  // Of the sub-chart, which only has templates.
  'tollgate-lib': theirs,
});

const CHARTS = { 'tollgate-lib': library, tollgate: application } as const;
export type ChartName = keyof typeof CHARTS;
export const CHART_NAMES = Object.keys(CHARTS) as readonly ChartName[];

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A schema with each property changed by what stands at its path. */
const mapProperties = (
  schema: Json,
  change: (property: Json, path: readonly string[]) => Json,
  path: readonly string[] = [],
): Json => {
  if (!isJson(schema['properties'])) return schema;
  const properties = Object.entries(schema['properties']).map(([key, property]) => {
    const here = [...path, key];
    return [key, mapProperties(change(property as Json, here), change, here)];
  });
  return { ...schema, properties: Object.fromEntries(properties) };
};

/** Values may be left out, and their keys stay known. */
const withoutRequired = ({ required: _, ...schema }: Json): Json => schema;

/** The configuration of the agent, which its own schema describes; in the library it may be absent. */
const configuration = (chart: ChartName): Json => {
  const { $schema: _schema, title: _title, ...inner } = jsonSchema() as Json;
  return chart === 'tollgate' ? inner : { anyOf: [{ type: 'object', maxProperties: 0 }, inner] };
};

/** What a buyer may be allowed to set, by its path. */
const settings = (): Json => ({
  type: 'object',
  propertyNames: {
    enum: SETTINGS.filter(({ path, form }) => form !== 'fileOnly' && refusalOf(path) === undefined).map(
      ({ path }) => path,
    ),
  },
  additionalProperties: { type: ['string', 'number', 'boolean'] },
});

/** values.schema.json (draft-7, the newest that EKS and both Helms take) with the descriptions of values.yaml. */
export const valuesSchema = (chart: ChartName, values: readonly DocumentedValue[]): Json => {
  const descriptions = new Map(values.map(({ path, description }) => [path.join('.'), description]));
  const { $schema, ...drawn } = z.toJSONSchema(CHARTS[chart], { target: 'draft-7', io: 'input' }) as Json;
  const described = mapProperties(drawn, (property, path) => {
    const name = path.join('.');
    const inner =
      name === 'config' ? configuration(chart) : name === 'settings' ? settings() : withoutRequired(property);
    const description = descriptions.get(name) ?? inner['description'];
    return description === undefined ? inner : { ...inner, description };
  });
  return { $schema, title: `Values of the chart ${chart}`, ...withoutRequired(described) };
};
