import { randomInt } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ScriptedAws } from '../../support/scriptedAws.ts';
import { type Program, type Start, startTollgate } from './program.ts';

export const PRODUCT = '4w1vgsrkqdkypbz43g7qkk4uz';

type Tree = { readonly [key: string]: unknown };

/** One product in one place: a folder with its configuration and ledger, and the environment of an ECS task in it. */
export type Stage = Disposable & {
  readonly folder: string;
  readonly ledger: string;
  /** What ECS would set, with the scripted service in AWS's place. */
  readonly env: Readonly<Record<string, string>>;
  readonly configFile: string;
  /** Writes the configuration: these members over a usual one. */
  readonly configure: (tree: Tree) => void;
  /** Starts `tollgate ARGS --config FILE` in this place. */
  readonly start: (words: readonly string[], options?: Partial<Start>) => Program;
  /** Starts the wrapper around a product that says PRODUCT RUNS and stays, or ends at once. */
  readonly exec: (product?: readonly string[], options?: Partial<Start>) => Program;
};

/** What the product of `exec` says when it is let in. */
export const RUNS = 'PRODUCT RUNS';
export const SHORT_PRODUCT = ['sh', '-c', `echo ${RUNS}`] as const;

/** Below what Linux gives to outgoing connections and to whoever listens at port 0, which would take one again at any time. */
const [LEAST_PORT, MOST_PORT] = [10_000, 32_000];

/** A port that nobody listens on at this moment, and nobody is given by chance. */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = randomInt(LEAST_PORT, MOST_PORT);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
};

/** Where the scripted service answers, or will. */
export type At = Pick<ScriptedAws, 'origin'>;

export const ecsEnvironment = (aws: At): Readonly<Record<string, string>> => ({
  PATH: process.env['PATH'] ?? '',
  AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE',
  AWS_REGION: 'eu-west-1',
  AWS_DEFAULT_REGION: 'eu-west-1',
  ECS_CONTAINER_METADATA_URI_V4: `${aws.origin}/v4`,
  AWS_CONTAINER_CREDENTIALS_FULL_URI: `${aws.origin}/credentials`,
  AWS_ENDPOINT_URL_MARKETPLACE_METERING: aws.origin,
});

/** The environment of an EKS pod with IRSA; its token is written into `folder`. */
export const eksEnvironment = (aws: At, folder: string, podUid: string): Readonly<Record<string, string>> => {
  const part = (json: unknown) => Buffer.from(JSON.stringify(json)).toString('base64url');
  const claims = {
    aud: ['sts.amazonaws.com'],
    sub: 'system:serviceaccount:shop:parser',
    'kubernetes.io': { namespace: 'shop', pod: { name: 'parser-0', uid: podUid } },
  };
  const tokenFile = join(folder, 'web-identity-token');
  writeFileSync(tokenFile, `${part({ alg: 'RS256' })}.${part(claims)}.${part('signature')}`);
  return {
    PATH: process.env['PATH'] ?? '',
    KUBERNETES_SERVICE_HOST: '10.0.0.1',
    AWS_REGION: 'eu-west-1',
    AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/parser',
    AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile,
    AWS_ENDPOINT_URL_MARKETPLACE_METERING: aws.origin,
    AWS_ENDPOINT_URL_STS: aws.origin,
  };
};

/** Members of `over` laid over those of `under`, at every depth. */
export const merge = (under: Tree, over: Tree): Tree =>
  Object.fromEntries(
    [...new Set([...Object.keys(under), ...Object.keys(over)])].map((key) => {
      const [a, b] = [under[key], over[key]];
      if (!(key in over)) return [key, a];
      const both = [a, b].every((value) => typeof value === 'object' && value !== null && !Array.isArray(value));
      return [key, both ? merge(a as Tree, b as Tree) : b];
    }),
  );

/** A usage product with two dimensions, an impatient gate and ports of its own. */
const usual = (ledger: string): Tree => ({
  product: { code: PRODUCT, pricing: 'usage' },
  dimensions: { requests: { meter: 'sum' }, users: { meter: 'sum' } },
  door: { listen: '127.0.0.1:0' },
  ledger: { directory: ledger, wait: '1s' },
  gate: { patience: '3s', graceAfterPurchase: false },
  shutdown: { grace: '12s', drain: '8s' },
  log: { format: 'json' },
});

/** The members that a product sold by the hour has in place of dimensions. */
export const hourlyProduct = (publicKeys: readonly Tree[], pricing = 'hourly'): Tree => ({
  product: { pricing, publicKeys },
  dimensions: null,
});

export const makeStage = (aws: At, tree: Tree = {}): Stage => {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-wire-'));
  const ledger = join(folder, 'ledger');
  const configFile = join(folder, 'tollgate.json');
  mkdirSync(ledger);
  const configure = (over: Tree): void => writeFileSync(configFile, JSON.stringify(merge(usual(ledger), over)));
  configure(tree);
  const env = ecsEnvironment(aws);
  const start: Stage['start'] = (words, options = {}) =>
    startTollgate([...words, '--config', configFile], { env, cwd: folder, ...options });
  return {
    folder,
    ledger,
    env,
    configFile,
    configure,
    start,
    exec: (product = SHORT_PRODUCT, options = {}) =>
      startTollgate(['exec', '--config', configFile, '--', ...product], {
        env,
        cwd: folder,
        lives: 55_000,
        ...options,
      }),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
};
