import type { Json } from './schemas.ts';
import type { DocumentedValue } from './values.ts';

/**
 * What a buyer may set of an EKS add-on. AWS's rules (seller guide, container product policies): camelCase, a description on
 * every property, and no secret, Region, cluster, network, image, pull secret, probe or annotation of the service account.
 */
const OFFERED = [
  'logLevel',
  'resources',
  'persistence.size',
  'persistence.storageClass',
  'networkPolicy.enabled',
  'podMonitor.enabled',
  'podMonitor.labels',
  'prometheusRule.enabled',
  'prometheusRule.labels',
  'podDisruptionBudget.enabled',
  'additionalLabels',
  'additionalAnnotations',
  'podLabels',
  'podAnnotations',
  'nodeSelector',
  'tolerations',
  'affinity',
  'topologySpreadConstraints',
  'priorityClassName',
];

const propertiesOf = (schema: Json): Readonly<Record<string, Json>> =>
  (schema['properties'] ?? {}) as Record<string, Json>;

const sectionDescription = (key: string): string => `Settings of ${key}.`;

/** aws_mp_configuration_schema.json: the part of the chart's schema that is offered, with the defaults of values.yaml. */
export const addOnSchema = (schema: Json, values: readonly DocumentedValue[]): Json => {
  const standards = new Map(values.map(({ path, standard }) => [path.join('.'), standard]));
  const offered = (node: Json, path: readonly string[]): Readonly<Record<string, Json>> =>
    Object.fromEntries(
      Object.entries(propertiesOf(node)).flatMap(([key, property]): readonly (readonly [string, Json])[] => {
        const name = [...path, key].join('.');
        if (OFFERED.includes(name)) return [[key, { ...described(property), default: standards.get(name) }]];
        if (!OFFERED.some((one) => one.startsWith(`${name}.`))) return [];
        const properties = offered(property, [...path, key]);
        return [
          [key, { type: 'object', description: sectionDescription(key), properties, additionalProperties: false }],
        ];
      }),
    );
  const { $schema } = schema;
  return { $schema, type: 'object', properties: offered(schema, []), additionalProperties: false };
};

/** With a description on every property. */
const described = (schema: Json): Json => {
  const properties = Object.entries(propertiesOf(schema)).map(([key, property]) => [
    key,
    { description: sectionDescription(key), ...described(property) },
  ]);
  return properties.length === 0 ? schema : { ...schema, properties: Object.fromEntries(properties) };
};
