import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { eventually, pause } from '../../../test/wire/support/program.ts';

const run = promisify(execFile);

const CLIENT = process.env['TOLLGATE_DOCKER'] ?? 'docker';

/** What the client prints on both streams. Rejects, with what it says on stderr, when it fails. */
const printed = (words: readonly string[]) => run(CLIENT, words, { maxBuffer: 64 * 1024 * 1024 });

/** What the client prints on stdout. */
export const docker = async (...words: readonly string[]): Promise<string> => (await printed(words)).stdout.trim();

/** What the client prints, errors last. */
export const dockerSays = async (...words: readonly string[]): Promise<string> => {
  const { stdout, stderr } = await printed(words);
  return stdout + stderr;
};

/** The image under test. */
export const IMAGE = 'tollgate:local';

/** What a careful cluster takes from a container. */
export const CONFINED = [
  '--read-only',
  '--cap-drop=ALL',
  '--security-opt=no-new-privileges',
  '--memory=192m',
  '--memory-swap=192m',
  '--pids-limit=64',
] as const;

export type State = {
  readonly Running: boolean;
  readonly Pid: number;
  readonly ExitCode: number;
  readonly OOMKilled: boolean;
  readonly Health?: {
    readonly Status: 'starting' | 'healthy' | 'unhealthy';
    readonly Log: readonly { readonly ExitCode: number; readonly Output: string }[] | null;
  };
};

export type Container = AsyncDisposable & {
  readonly id: string;
  readonly state: () => Promise<State>;
  readonly logs: () => Promise<string>;
  readonly until: (what: string, look: (state: State) => boolean | Promise<boolean>) => Promise<State>;
  readonly isHealthy: () => Promise<State>;
  /** SIGTERM, and KILL when that does not end it within 30 s; the exit code. */
  readonly stop: () => Promise<number>;
};

/** `docker run --detach`; removed with its own volumes at the end of the scope. */
export const startContainer = async (...words: readonly string[]): Promise<Container> => {
  const id = await docker('run', '--detach', '--pull=never', ...words);
  const state = async (): Promise<State> => JSON.parse(await docker('inspect', '--format', '{{json .State}}', id));
  const logs = (): Promise<string> => dockerSays('logs', id);
  const until: Container['until'] = async (what, look) => {
    // Each look is a process of the client's.
    const between = 250;
    let seen: State | undefined;
    try {
      return await eventually(
        what,
        async () => {
          if (seen !== undefined) await pause(between);
          seen = await state();
          return (await look(seen)) && seen;
        },
        { deadline: 60_000, over: () => seen?.Running === false },
      );
    } catch (cause) {
      throw new Error(`${what}: ${JSON.stringify(seen)}\n${await logs()}`, { cause });
    }
  };
  return {
    id,
    state,
    logs,
    until,
    isHealthy: () => until('the container is healthy', ({ Health }) => Health?.Status === 'healthy'),
    stop: async () => {
      await docker('stop', '--time=30', id);
      return (await state()).ExitCode;
    },
    [Symbol.asyncDispose]: async () => {
      await docker('rm', '--force', '--volumes', id);
    },
  };
};
