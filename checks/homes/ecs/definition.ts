import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type HealthCheck = {
  readonly command: readonly string[];
  /** Seconds, as all times in a task definition. */
  readonly interval?: number;
  readonly timeout?: number;
  readonly retries?: number;
  readonly startPeriod?: number;
};

export type Dependency = {
  readonly containerName: string;
  readonly condition: 'START' | 'COMPLETE' | 'SUCCESS' | 'HEALTHY';
};

export type ContainerDefinition = {
  readonly name: string;
  readonly image: string;
  readonly essential?: boolean;
  readonly command?: readonly string[];
  readonly user?: string;
  readonly readonlyRootFilesystem?: boolean;
  readonly memoryReservation?: number;
  readonly environment?: readonly { readonly name: string; readonly value: string }[];
  readonly linuxParameters?: {
    readonly initProcessEnabled?: boolean;
    readonly capabilities?: { readonly drop?: readonly string[] };
  };
  readonly mountPoints?: readonly { readonly sourceVolume: string; readonly containerPath: string }[];
  readonly healthCheck?: HealthCheck;
  readonly dependsOn?: readonly Dependency[];
  readonly restartPolicy?: {
    readonly enabled: boolean;
    readonly restartAttemptPeriod?: number;
    readonly ignoredExitCodes?: readonly number[];
  };
  readonly stopTimeout?: number;
};

/** What the runner here heeds of a task definition (ECS API reference, RegisterTaskDefinition). */
export type TaskDefinition = {
  readonly family: string;
  readonly requiresCompatibilities: readonly string[];
  readonly cpu: string;
  readonly memory: string;
  readonly volumes: readonly { readonly name: string; readonly host?: { readonly sourcePath?: string } }[];
  readonly containerDefinitions: readonly ContainerDefinition[];
};

const FOLDER = join(import.meta.dirname, '../../../deploy/ecs/task-definitions');

export const readDefinition = (name: string): TaskDefinition =>
  JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as TaskDefinition;

/** The same with members of one container changed, as the next revision of it would have them. */
export const revised = (
  definition: TaskDefinition,
  name: string,
  change: Partial<ContainerDefinition>,
): TaskDefinition => ({
  ...definition,
  containerDefinitions: definition.containerDefinitions.map((container) =>
    container.name === name ? { ...container, ...change } : container,
  ),
});
