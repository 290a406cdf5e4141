import { randomBytes } from 'node:crypto';
import { makeEmulator } from '../../../src/emulator/emulator.ts';
import { ip } from '../../containers/ip.ts';
import type { TaskDefinition } from './definition.ts';
import { type Engine, makeEngine } from './engine.ts';
import { runTask, type Surroundings, type Task } from './task.ts';

/** Where the ECS agent answers every task. */
const AGENT = '169.254.170.2';

export type World = AsyncDisposable & {
  readonly engine: Engine;
  /** Runs a definition as a task of this name; the same name again is the same task. */
  readonly run: (
    definition: TaskDefinition,
    options?: { readonly name?: string; readonly overrides?: Surroundings['overrides'] },
  ) => Promise<Task>;
  readonly admin: (method: string, path: string, body?: object) => Promise<Readonly<Record<string, unknown>>>;
  /** Units of a dimension on the bill. */
  readonly billed: (dimension: string) => Promise<number>;
  /** What was registered by RegisterUsage. */
  readonly registered: () => Promise<readonly { readonly resource: string; readonly calls: number }[]>;
};

/**
 * AWS around a task, in the network namespace of this process, which is that of the container `network`: the emulator at
 * the agent's link-local address.
 */
export const makeWorld = async (network: string): Promise<World> => {
  const engine = makeEngine((process.env['DOCKER_HOST'] ?? '').replace('unix://', ''));
  ip('addr', 'add', `${AGENT}/32`, 'dev', 'lo');
  const emulator = makeEmulator();
  const url = await emulator.start(80, '0.0.0.0');
  const admin: World['admin'] = async (method, path, body) => {
    const answer = await fetch(`${url}/admin/${path}`, {
      method,
      headers: { 'content-type': 'application/json', connection: 'close' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const said = (await answer.json()) as Readonly<Record<string, unknown>>;
    if (!answer.ok) throw new Error(`${method} ${path}: ${JSON.stringify(said)}`);
    return said;
  };
  const bill = () => admin('GET', 'bill');
  return {
    engine,
    admin,
    run: async (definition, { name = `task-${randomBytes(4).toString('hex')}`, overrides = {} } = {}) => {
      const launchType = definition.requiresCompatibilities[0];
      const { resource, environment } = (await admin('POST', 'resources', { kind: 'ecs', name, launchType })) as {
        readonly resource: { readonly handle: string };
        readonly environment: Readonly<Record<string, string>>;
      };
      const { AWS_CONTAINER_CREDENTIALS_FULL_URI: _, AWS_ENDPOINT_URL_STS: __, ...rest } = environment;
      return runTask(definition, {
        engine,
        network,
        image: (image) => `homes-${image.replace(/^.*\//, '').replace(/:.*$/, '')}`,
        overrides,
        environment: {
          ...rest,
          AWS_ENDPOINT_URL_MARKETPLACE_METERING: `http://${AGENT}`,
          ECS_AGENT_URI: `http://${AGENT}/api/${resource.handle}`,
          ECS_CONTAINER_METADATA_URI_V4: `http://${AGENT}/v4/${resource.handle}`,
          AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: `/creds/${resource.handle}`,
        },
      });
    },
    billed: async (dimension) => {
      const { usage } = (await bill()) as { usage: readonly { dimension: string; quantity: string }[] };
      return Number(usage.find((line) => line.dimension === dimension)?.quantity ?? 0);
    },
    registered: async () => (await bill())['registered'] as Awaited<ReturnType<World['registered']>>,
    [Symbol.asyncDispose]: () => emulator.stop(),
  };
};
