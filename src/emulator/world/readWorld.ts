import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { FaultIn } from '../faults/fault.ts';
import { hint } from '../nearest.ts';
import type { Issuer, Product, ProductKey, Role, Settings, World } from '../rules/world.ts';
import { DEFAULT_WORLD, EVERYONE, SELLER } from './defaultWorld.ts';
import { type Parsed, parseYaml, problemsOf } from './problems.ts';
import { TEST_KEY_HOURLY } from './testKeys.ts';
import { WORLD_FILE, type WorldFile } from './worldFile.ts';

export type Opened = { readonly world: World; readonly faults: readonly FaultIn[] };

/** Everything that is wrong with a world file, a line each. */
export class WorldError extends Error {
  readonly problems: readonly string[];
  constructor(file: string, problems: readonly string[]) {
    super(`${file}:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

type Some<T> = { readonly [Name in keyof T]?: T[Name] | undefined };

/** What is given, over what is standard; what is given as nothing counts as not given. */
const over = <T extends object>(standard: T, given: Some<T> | undefined): T => ({
  ...standard,
  ...(Object.fromEntries(Object.entries(given ?? {}).filter(([, value]) => value !== undefined)) as Partial<T>),
});

const settingsOf = ({ settings }: WorldFile): Settings => {
  const { quota, dryRun, ...rest } = settings ?? {};
  const standard = DEFAULT_WORLD.settings;
  return { ...over(standard, rest), quota: { ...standard.quota, ...quota }, dryRun: over(standard.dryRun, dryRun) };
};

type FileProduct = NonNullable<WorldFile['products']>[string];
type FileKey = NonNullable<FileProduct['keys']>[number];

const pemOf = ({ pem, file }: FileKey, folder: string): string =>
  pem ?? readFileSync(isAbsolute(file ?? '') ? (file ?? '') : join(folder, file ?? ''), 'utf8');

const keyOf = (key: FileKey, folder: string): ProductKey => {
  const privateKey = pemOf(key, folder);
  // Asked now, so that a file that holds something else is told at the start and not at the first call.
  createPrivateKey(privateKey);
  return {
    version: key.version,
    privateKey,
    ...(key.rotatedAt !== undefined && { rotatedAt: Date.parse(key.rotatedAt) }),
  };
};

const dimensionsOf = (dimensions: FileProduct['dimensions']): Product['dimensions'] =>
  Array.isArray(dimensions) ? Object.fromEntries(dimensions.map((name) => [name, { decimals: true }])) : dimensions;

const productOf = ({ seller = SELLER, keys, dimensions, ...product }: FileProduct, folder: string): Product => ({
  ...product,
  seller,
  dimensions: dimensionsOf(dimensions),
  // A product without keys of its own is usable at once, with the test key.
  keys: keys?.map((key) => keyOf(key, folder)) ?? [{ version: 1, privateKey: TEST_KEY_HOURLY }],
});

/** `MeterUsage` is short for `aws-marketplace:MeterUsage`. */
const actionOf = (action: string): string =>
  action === '*' || action.includes(':') ? action : `aws-marketplace:${action}`;

const roleOf = ({ account, actions, trust }: NonNullable<WorldFile['roles']>[string]): Role => ({
  actions: actions.map(actionOf),
  trust: over(EVERYONE, trust),
  ...(account !== undefined && { account }),
});

const mapped = <From, To>(record: Readonly<Record<string, From>> = {}, map: (value: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));

const issuerOf =
  (folder: string, account: string) =>
  ({ account: own, jwks, ...issuer }: NonNullable<WorldFile['issuers']>[number]): Issuer => ({
    ...issuer,
    account: own ?? account,
    ...(jwks !== undefined && { jwks: /^https?:/.test(jwks) || isAbsolute(jwks) ? jwks : join(folder, jwks) }),
  });

const worldOf = (file: WorldFile, folder: string): World => {
  const standard = DEFAULT_WORLD;
  // What the file names comes first: the first account is the one that is meant where none is said.
  const accounts = { ...file.accounts, ...standard.accounts, ...file.accounts };
  const [account = ''] = Object.keys(accounts);
  return {
    settings: settingsOf(file),
    accounts,
    products: { ...standard.products, ...mapped(file.products, (product) => productOf(product, folder)) },
    roles: { ...standard.roles, ...mapped(file.roles, roleOf) },
    users: {
      ...standard.users,
      ...mapped(file.users, ({ actions, ...user }) => ({ ...user, actions: actions.map(actionOf) })),
    },
    clusters: {
      ecs: file.clusters?.ecs ?? standard.clusters.ecs,
      eks: { ...standard.clusters.eks, name: file.clusters?.eks ?? standard.clusters.eks.name },
    },
    issuers: (file.issuers ?? []).map(issuerOf(folder, account)),
    customers: [
      ...standard.customers,
      ...(file.customers ?? []).map(({ identifier, ...customer }) => ({
        ...customer,
        ...(identifier !== undefined && { identifier }),
      })),
    ],
    regions: over(standard.regions, file.regions),
  };
};

/** Names that point to nothing. */
const danglingOf = (file: WorldFile, { lineOf }: Parsed): readonly string[] => {
  const products = [...Object.keys(file.products ?? {}), ...Object.keys(DEFAULT_WORLD.products)];
  const check = (code: string, path: readonly PropertyKey[]): readonly string[] =>
    products.includes(code) ? [] : [`line ${lineOf(path)}: there is no product ${code}${hint(code, products)}`];
  return [
    ...Object.entries(file.accounts ?? {}).flatMap(([account, { subscriptions }]) =>
      subscriptions.flatMap((code, index) => check(code, ['accounts', account, 'subscriptions', index])),
    ),
    ...(file.customers ?? []).flatMap(({ product }, index) => check(product, ['customers', index, 'product'])),
    ...Object.entries(file.products ?? {}).flatMap(([code, { keys = [] }]) =>
      keys
        .map(({ pem, file: path }, index) => ({ index, isOne: (pem === undefined) !== (path === undefined) }))
        .filter(({ isOne }) => !isOne)
        .map(({ index }) => `line ${lineOf(['products', code, 'keys', index])}: a key has either pem or file`),
    ),
  ];
};

/** Reads a world from YAML; `folder` is where its relative file names start. */
export const readWorld = (text: string, name = 'world', folder = '.'): Opened => {
  const parsed = parseYaml(text);
  if (parsed.errors.length > 0) throw new WorldError(name, parsed.errors);
  const result = WORLD_FILE.safeParse(parsed.value);
  if (!result.success) throw new WorldError(name, problemsOf(WORLD_FILE, result.error.issues, parsed));
  const dangling = danglingOf(result.data, parsed);
  if (dangling.length > 0) throw new WorldError(name, dangling);
  return { world: worldOf(result.data, folder), faults: result.data.faults ?? [] };
};

/** Reads a world file. */
export const openWorld = (file: string): Opened => readWorld(readFileSync(file, 'utf8'), file, dirname(file));
