import { expect, test } from '@jest/globals';
import { EXIT } from '../../src/agent/core/exitCode.ts';
import { loadConfig } from '../../src/agent/io/files/loadConfig.ts';
import { textOf } from '../docs/support/documents.ts';
import { bracketed, deployed, isTree, type Tree, terraformDefaults, terraformObject, treeOf } from './support/files.ts';

type Container = Tree & {
  readonly name: string;
  readonly stopTimeout: number;
  readonly dependsOn?: readonly { readonly containerName: string; readonly condition: string }[];
  readonly healthCheck?: { readonly command: readonly string[] };
};

const containersOf = (definition: Tree) => definition['containerDefinitions'] as readonly Container[];
const paths = deployed('ecs/task-definitions/*.json');
const definitions = paths.map((path) => [path, treeOf(path)] as const);
const named = (name: string): Tree => treeOf(`deploy/ecs/task-definitions/${name}.json`);
const sidecar = named('fargate-usage-sidecar');
const meter = containersOf(sidecar)[0] as Container;

const GRACE = (() => {
  const env = {
    TOLLGATE_PRODUCT_CODE: '4w1vgsrkqdkypbz43g7qkk4uz',
    TOLLGATE_PRODUCT_PRICING: 'free',
  };
  const loaded = loadConfig({ env, cwd: '/', etcPath: '/nonexistent' });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.config.shutdown.grace / 1_000;
})();

test('there is one for Fargate and one for EC2, by usage and by the hour, beside the product and in it', () => {
  const names = ['fargate', 'ec2'].flatMap((host) =>
    ['usage', 'hourly'].flatMap((pricing) => ['sidecar', 'baked-in'].map((form) => `${host}-${pricing}-${form}`)),
  );
  expect(paths.map((path) => path.replace(/^.*\/|\.json$/g, ''))).toEqual(expect.arrayContaining(names));
});

test.each(['usage-sidecar', 'usage-baked-in', 'hourly-sidecar', 'hourly-baked-in'])(
  'the two of %s differ in where they run alone',
  (name) => {
    expect({ ...named(`ec2-${name}`), requiresCompatibilities: ['FARGATE'] }).toEqual(named(`fargate-${name}`));
  },
);

test('every meter beside a product is the same', () => {
  const meters = definitions.flatMap(([, definition]) =>
    containersOf(definition).filter((one) => one.name === 'tollgate'),
  );
  expect(meters.length).toBeGreaterThan(3);
  for (const one of meters) expect({ ...one, image: meter['image'] }).toEqual(meter);
});

test.each(definitions)('%s: what waits for HEALTHY waits for a check that ECS runs', (_path, definition) => {
  const containers = containersOf(definition);
  for (const { dependsOn = [] } of containers)
    for (const { containerName, condition } of dependsOn) {
      expect(condition).toBe('HEALTHY');
      // The check of an image is not looked at (ECS API reference, ContainerDependency).
      expect(containers.find(({ name }) => name === containerName)?.healthCheck?.command).toEqual([
        'CMD',
        '/opt/tollgate/bin/tollgate',
        'gate',
        'check',
      ]);
    }
});

test.each(definitions)('%s: nothing restarts for what a restart does not help', (_path, definition) => {
  for (const container of containersOf(definition)) {
    const policy = container['restartPolicy'];
    if (isTree(policy))
      expect(policy['ignoredExitCodes']).toEqual([
        EXIT.done,
        EXIT.usage,
        EXIT.platform,
        EXIT.refused,
        EXIT.configuration,
      ]);
  }
});

test.each(definitions)(
  '%s: each has time to stop, and all together have the two minutes of Fargate Spot',
  (_path, definition) => {
    const containers = containersOf(definition);
    const [first] = containers;
    expect(first?.stopTimeout).toBeGreaterThan(GRACE);
    expect(containers.reduce((sum, { stopTimeout }) => sum + stopTimeout, 0)).toBeLessThanOrEqual(110);
  },
);

/** As the API writes what CloudFormation writes. */
const camel = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(camel);
  if (!isTree(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key.charAt(0).toLowerCase() + key.slice(1), camel(one)]),
  );
};

/** Without what a buyer's account decides: images, roles, the log group and its Region. */
const withoutPlace = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutPlace);
  if (!isTree(value)) return value;
  const account = ['image', 'taskRoleArn', 'executionRoleArn', 'awslogs-group', 'awslogs-region'];
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, account.includes(key) ? 'of the account' : withoutPlace(one)]),
  );
};

test('the CloudFormation template registers the same task', () => {
  const template = treeOf('deploy/ecs/cloudformation.yaml') as {
    readonly Resources: { readonly TaskDefinition: { readonly Properties: Tree } };
  };
  expect(withoutPlace(camel(template.Resources.TaskDefinition.Properties))).toEqual(withoutPlace(sidecar));
});

test('the Terraform module adds the same meter', () => {
  const text = textOf('deploy/ecs/terraform/main.tf');
  const defaults = terraformDefaults('deploy/ecs/terraform/variables.tf');
  const names = { ...defaults, 'var.tollgate_image': meter['image'], 'local.state': 'tollgate-state' };
  const { logConfiguration: _, ...expected } = meter;
  expect(terraformObject(bracketed(bracketed(text, 'tollgate = merge('), '{'), names)).toEqual(expected);
});
