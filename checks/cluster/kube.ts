import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { get } from 'node:https';
import { setTimeout as rest } from 'node:timers/promises';

/** What a command said; `code` is its exit code. */
export type Said = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** Runs a program to its end, `input` on its standard input. */
export const run = (file: string, args: readonly string[], input = ''): Promise<Said> =>
  new Promise((resolve, reject) => {
    const child = execFile(file, args, { maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') reject(error);
      else resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
    child.stdin?.on('error', () => {}).end(input);
  });

/** Runs a program that must end well; answers what it printed. */
export const must = async (file: string, args: readonly string[], input?: string): Promise<string> => {
  const { code, stdout, stderr } = await run(file, args, input);
  if (code !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
  return stdout;
};

/** Asks until the answer is something; `what` and the last answer stand in the error when it never is. */
export const until = async <T>(what: string, look: () => Promise<T | undefined | false>, seconds = 120): Promise<T> => {
  const end = performance.now() + seconds * 1000;
  let last: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      last = error;
    }
    if (performance.now() > end) throw new Error(`never seen in ${seconds} s: ${what}`, { cause: last });
    await rest(250);
  }
};

type State = {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: { readonly startedAt: string };
  readonly terminated?: {
    readonly exitCode: number;
    readonly message?: string;
    readonly startedAt: string;
    readonly finishedAt: string;
  };
};

export type ContainerStatus = {
  readonly name: string;
  /** containerd://ID */
  readonly containerID?: string;
  readonly state: State;
  readonly lastState: State;
  readonly started?: boolean;
  readonly ready: boolean;
  readonly restartCount: number;
};

export type Pod = {
  readonly metadata: { readonly name: string; readonly uid: string; readonly deletionTimestamp?: string };
  readonly status: {
    readonly phase: string;
    readonly podIP?: string;
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
};

type Config = {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly 'certificate-authority': string };
  }[];
  readonly users: readonly { readonly user: { readonly token: string } }[];
};

/** Asks the API server itself: a look at it costs a tenth of what kubectl takes to start. */
const getterOf = (kubeconfig: string) => {
  const { clusters, users } = JSON.parse(readFileSync(kubeconfig, 'utf8')) as Config;
  const { server = '', 'certificate-authority': authority = '' } = clusters[0]?.cluster ?? {};
  const ca = readFileSync(authority, 'utf8');
  const headers = { authorization: `Bearer ${users[0]?.user.token}` };
  return (path: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const asked = get(`${server}${path}`, { ca, headers }, async (answer) => {
        try {
          let text = '';
          for await (const part of answer.setEncoding('utf8')) text += part;
          if (answer.statusCode === 200) resolve(text);
          else reject(new Error(`GET ${path}: ${answer.statusCode} ${text}`));
        } catch (error) {
          reject(error);
        }
      });
      asked.on('error', reject);
    });
};

/** One namespace of the cluster, or with '' all that objects name themselves, as its administrator. */
export const kubeOf = (kubectl: string, kubeconfig: string, namespace: string) => {
  const place = namespace === '' ? [] : ['--namespace', namespace];
  const args = (words: readonly string[]): readonly string[] => ['--kubeconfig', kubeconfig, ...place, ...words];
  const ask = (...words: readonly string[]): Promise<string> => must(kubectl, args(words));
  const look = getterOf(kubeconfig);
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  return {
    namespace,
    ask,
    try: (words: readonly string[], input?: string): Promise<Said> => run(kubectl, args(words), input),
    apply: (manifest: string | object): Promise<string> =>
      must(kubectl, args(['apply', '-f', '-']), typeof manifest === 'string' ? manifest : JSON.stringify(manifest)),
    /** What the API server answers at a path. */
    look,
    pods: async (selector: string): Promise<readonly Pod[]> =>
      (
        JSON.parse(await look(`${pods}?labelSelector=${encodeURIComponent(selector)}`)) as {
          readonly items: readonly Pod[];
        }
      ).items,
    log: (pod: string, container: string): Promise<string> => look(`${pods}/${pod}/log?container=${container}`),
  };
};

export type Kube = ReturnType<typeof kubeOf>;

/** A container's status, of the first pod that has one of this name. */
export const containerOf = (pod: Pod | undefined, name: string): ContainerStatus | undefined =>
  [...(pod?.status.initContainerStatuses ?? []), ...(pod?.status.containerStatuses ?? [])].find(
    (one) => one.name === name,
  );
