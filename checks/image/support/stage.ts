import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Emulated, startEmulator } from '../../../test/support/emulated.ts';

export const PRODUCT = '4w1vgsrkqdkypbz43g7qkk4uz';
const NOT_BOUGHT = '3notsubscribedcode0example1';

/** Words of `docker run` for a container of one task. */
export type Task = readonly string[];

/** AWS and the configuration for what runs in this network namespace, where the door and the probes are at their defaults. */
export type Stage = Disposable & {
  readonly aws: Emulated;
  /** The variables that a task of this name has, and the namespace. */
  readonly task: (name: string) => Promise<Task>;
  /** The configuration, mounted where the image's own would be. */
  readonly configured: Task;
  readonly configuredNotBought: Task;
  readonly billed: () => string | undefined;
  readonly report: (quantity: number, id: string) => Promise<unknown>;
  readonly ask: (path: string, body: object | undefined) => Promise<unknown>;
};

const configuration = (product: string): string => `sealed: false
product: { code: ${product}, pricing: usage }
dimensions: { requests: { meter: sum } }
`;

/** `namespace`: the container whose network the stage is played in. */
export const makeStage = async (namespace: string): Promise<Stage> => {
  const aws = await startEmulator();
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-image-'));
  const configured = (product: string): Task => {
    const file = join(folder, `${product}.yaml`);
    writeFileSync(file, configuration(product), { mode: 0o644 });
    return ['--volume', `${file}:/etc/tollgate/tollgate.yaml:ro`];
  };
  const ask: Stage['ask'] = async (path, body) => {
    const post = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
    const url = path.startsWith('/') ? `${aws.url}${path}` : path;
    const answer = await fetch(url, body === undefined ? { method: 'DELETE' } : post);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text}`);
    return JSON.parse(text);
  };
  return {
    aws,
    ask,
    task: async (name) => {
      const { environment } = (await ask('/admin/resources', { kind: 'ecs', name, product: PRODUCT })) as {
        readonly environment: Readonly<Record<string, string>>;
      };
      const variables = Object.entries(environment).flatMap(([variable, value]) => ['--env', `${variable}=${value}`]);
      return [`--network=container:${namespace}`, ...variables];
    },
    configured: configured(PRODUCT),
    configuredNotBought: configured(NOT_BOUGHT),
    billed: () => aws.bill(PRODUCT)['requests'],
    report: (quantity, id) => ask('http://127.0.0.1:8787/v1/usage', { dimension: 'requests', quantity, id }),
    [Symbol.dispose]: () => {
      aws.stop();
      rmSync(folder, { recursive: true });
    },
  };
};
