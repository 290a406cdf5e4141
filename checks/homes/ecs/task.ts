import { randomBytes } from 'node:crypto';
import { eventually } from '../../../test/wire/support/program.ts';
import type { ContainerDefinition, Dependency, HealthCheck, TaskDefinition } from './definition.ts';
import type { Engine, Inspected } from './engine.ts';

/**
 * A task as the ECS agent runs it, by its definition alone (ECS API reference, ContainerDefinition; ECS developer guide,
 * "Container dependency", "Container restart policy"):
 *
 * - a container is started once what it depends on is there; `dependsOn` is looked at then and never again
 * - the end of an essential container is the end of the task, unless its restart policy starts it again
 * - a stop goes the other way round: a container gets its signal when all that depend on it have ended, and SIGKILL when
 *   its own stopTimeout is over
 */
export type Task = AsyncDisposable & {
  readonly container: (name: string) => Container;
  /** Resolves once a container's health is as asked for. */
  readonly health: (name: string, status: 'healthy' | 'unhealthy') => Promise<void>;
  readonly started: (name: string) => Promise<void>;
  /** StopTask; resolves when every container has ended. */
  readonly stop: () => Promise<void>;
  /** Resolves when every container has ended, whatever the cause. */
  readonly ended: Promise<void>;
};

export type Container = {
  readonly id: string;
  readonly inspect: () => Promise<Inspected>;
  readonly logs: () => Promise<{ readonly stdout: string; readonly stderr: string }>;
  readonly kill: (signal: string) => Promise<void>;
  readonly wasStarted: () => boolean;
  readonly starts: () => number;
};

export type Surroundings = {
  readonly engine: Engine;
  /** The container whose network namespace all of the task share, as in networkMode awsvpc. */
  readonly network: string;
  /** The name on this machine of an image of the definition. */
  readonly image: (name: string) => string;
  /** What ECS adds to the environment of every container. */
  readonly environment: Readonly<Record<string, string>>;
  /** Container overrides of RunTask. */
  readonly overrides?: Readonly<Record<string, Readonly<Record<string, string>>>>;
};

const NANO = 1_000_000_000;

/** The defaults of ECS, which are not those of the engine. */
const healthcheckOf = ({ command, interval = 30, timeout = 5, retries = 3, startPeriod = 0 }: HealthCheck) => ({
  Test: command,
  Interval: interval * NANO,
  Timeout: timeout * NANO,
  Retries: retries,
  StartPeriod: startPeriod * NANO,
});

/** Seconds between SIGTERM and SIGKILL where a definition says nothing. */
const STOP_TIMEOUT = 30;

const bodyOf = (
  definition: ContainerDefinition,
  volumes: ReadonlyMap<string, string>,
  { network, image, environment, overrides }: Surroundings,
) => {
  const set = {
    ...environment,
    ...Object.fromEntries((definition.environment ?? []).map((one) => [one.name, one.value])),
  };
  const all = { ...set, ...overrides?.[definition.name] };
  return {
    Image: image(definition.image),
    ...(definition.command && { Cmd: definition.command }),
    ...(definition.user && { User: definition.user }),
    Env: Object.entries(all).map(([name, value]) => `${name}=${value}`),
    // The check of the image is not looked at: ECS has only that of the definition.
    Healthcheck: definition.healthCheck ? healthcheckOf(definition.healthCheck) : { Test: ['NONE'] },
    HostConfig: {
      NetworkMode: `container:${network}`,
      ReadonlyRootfs: definition.readonlyRootFilesystem === true,
      Init: definition.linuxParameters?.initProcessEnabled === true,
      CapDrop: definition.linuxParameters?.capabilities?.drop ?? [],
      Binds: (definition.mountPoints ?? []).map(
        ({ sourceVolume, containerPath }) => `${volumes.get(sourceVolume)}:${containerPath}`,
      ),
      ...(definition.memoryReservation && { MemoryReservation: definition.memoryReservation * 1024 * 1024 }),
    },
  };
};

type Running = {
  readonly definition: ContainerDefinition;
  readonly id: string;
  starts: number;
  isOver: boolean;
  code: number;
};

export const runTask = async (definition: TaskDefinition, surroundings: Surroundings): Promise<Task> => {
  const { engine } = surroundings;
  const name = `${definition.family}-${randomBytes(4).toString('hex')}`;
  const ownVolumes = definition.volumes.filter(({ host }) => host?.sourcePath === undefined).map((one) => one.name);
  const volumes = new Map(definition.volumes.map((one) => [one.name, one.host?.sourcePath ?? `${name}-${one.name}`]));
  const all = new Map<string, Running>();
  for (const container of definition.containerDefinitions) {
    const id = await engine.create(`${name}-${container.name}`, bodyOf(container, volumes, surroundings));
    all.set(container.name, { definition: container, id, starts: 0, isOver: false, code: 0 });
  }
  const running = [...all.values()];
  const called = (wanted: string): Running => {
    const found = all.get(wanted);
    if (found === undefined) throw new Error(`the task has no container ${wanted}`);
    return found;
  };
  const over = Promise.withResolvers<void>();
  let isStopping = false;
  let stopped: Promise<void> | undefined;

  const isMet = async ({ containerName, condition }: Dependency): Promise<boolean> => {
    const other = called(containerName);
    if (other.starts === 0) return false;
    if (condition === 'START') return true;
    if (condition === 'COMPLETE') return other.isOver;
    if (condition === 'SUCCESS') return other.isOver && other.code === 0;
    return (await engine.inspect(other.id)).State.Health?.Status === 'healthy';
  };

  /** The end of a container: again, or for good, and then perhaps the end of the task. */
  const watch = async (one: Running): Promise<void> => {
    const began = performance.now();
    one.code = await engine.wait(one.id);
    const { restartPolicy, essential = true } = one.definition;
    const lived = (performance.now() - began) / 1000;
    const again =
      !isStopping &&
      restartPolicy?.enabled === true &&
      !restartPolicy.ignoredExitCodes?.includes(one.code) &&
      lived >= (restartPolicy.restartAttemptPeriod ?? 300);
    if (again) {
      await engine.start(one.id);
      one.starts += 1;
      void watch(one);
      return;
    }
    one.isOver = true;
    if (essential && !isStopping) void stop();
  };

  const begin = async (one: Running): Promise<void> => {
    for (const dependency of one.definition.dependsOn ?? [])
      await eventually(
        `${dependency.containerName} is ${dependency.condition}`,
        async () => isStopping || (await isMet(dependency)),
        { deadline: 400_000 },
      );
    if (isStopping) {
      one.isOver = true;
      return;
    }
    await engine.start(one.id);
    one.starts += 1;
    void watch(one);
  };

  const stop = (): Promise<void> => {
    isStopping = true;
    stopped ??= (async () => {
      const ends = new Map<string, Promise<void>>();
      const end = (one: Running): Promise<void> => {
        const known = ends.get(one.definition.name);
        if (known !== undefined) return known;
        const dependents = running.filter((other) =>
          other.definition.dependsOn?.some(({ containerName }) => containerName === one.definition.name),
        );
        const ending = (async () => {
          await Promise.all(dependents.map(end));
          if (one.starts > 0) await engine.stop(one.id, one.definition.stopTimeout ?? STOP_TIMEOUT);
          one.isOver = true;
        })();
        ends.set(one.definition.name, ending);
        return ending;
      };
      await Promise.all(running.map(end));
      over.resolve();
    })();
    return stopped;
  };

  for (const one of running) void begin(one);

  return {
    container: (wanted) => {
      const one = called(wanted);
      return {
        id: one.id,
        inspect: () => engine.inspect(one.id),
        logs: () => engine.logs(one.id),
        kill: (signal) => engine.kill(one.id, signal),
        wasStarted: () => one.starts > 0,
        starts: () => one.starts,
      };
    },
    health: async (wanted, status) => {
      await eventually(
        `${wanted} is ${status}`,
        async () => (await engine.inspect(called(wanted).id)).State.Health?.Status === status,
        { deadline: 60_000 },
      );
    },
    started: async (wanted) => {
      await eventually(`${wanted} is started`, () => called(wanted).starts > 0, {
        deadline: 60_000,
        over: () => isStopping,
      });
    },
    stop,
    ended: over.promise,
    [Symbol.asyncDispose]: async () => {
      isStopping = true;
      for (const { id } of running) await engine.remove(id);
      for (const volume of ownVolumes) await engine.removeVolume(volumes.get(volume) ?? '');
    },
  };
};
