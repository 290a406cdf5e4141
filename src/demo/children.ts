import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** How a process ended: its exit code (128 + n is up to who looks), what it wrote, and the last it said on stderr. */
export type Ended = { readonly code: number | null; readonly out: string; readonly lastWords: readonly string[] };

export type Child = {
  readonly name: string;
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** From now on its end is no failure of the demo. */
  readonly mayEnd: () => void;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** To it and all in its process group. */
  readonly signalGroup: (signal: NodeJS.Signals) => void;
};

export type Start = {
  readonly name: string;
  /** The words after `node`. */
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onLine?: (line: string) => void;
  readonly onOut?: (line: string) => void;
};

export type Children = {
  readonly start: (start: Start) => Child;
  /** Runs a command to its end; throws when it fails. Answers its stdout. */
  readonly run: (start: Start) => Promise<string>;
  /** Ends whatever still runs: first as an orchestrator would, then by KILL. */
  readonly endAll: () => Promise<void>;
  /** By KILL, without waiting. */
  readonly killAll: () => void;
};

const KEPT_WORDS = 12;

/** Real milliseconds from TERM to KILL, and between two looks. */
const GRACE = 5_000;
const LOOK = 25;

/** In which a child of a killed process has seen that its parent is gone, and has ended. */
const ORPHANS = 500;

const signalGroup = (pid: number, signal: NodeJS.Signals | 0): boolean => {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
};

/** Every process that the demo starts, each in a process group of its own: Ctrl-C reaches the demo alone, which then ends them. */
export const makeChildren = (onUnexpectedEnd: (child: Child, ended: Ended) => void): Children => {
  const running = new Map<Child, ChildProcess>();

  const start = ({ name, words, env, onLine, onOut }: Start): Child => {
    const child = spawn(process.execPath, words, {
      env: { ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let expected = false;
    let out = '';
    const lastWords: string[] = [];
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (lastWords.push(line) > KEPT_WORDS) lastWords.shift();
      onLine?.(line);
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      out += `${line}\n`;
      onOut?.(line);
    });
    const ended = new Promise<Ended>((resolve) => {
      child.once('error', (error) => resolve({ code: null, out, lastWords: [error.message] }));
      child.once('close', (code) => resolve({ code, out, lastWords }));
    });
    const pid = child.pid ?? 0;
    const handle: Child = {
      name,
      pid,
      ended,
      mayEnd: () => {
        expected = true;
      },
      signal: (signal) => void child.kill(signal),
      signalGroup: (signal) => void signalGroup(pid, signal),
    };
    running.set(handle, child);
    void ended.then((end) => {
      if (!signalGroup(pid, 0)) running.delete(handle);
      if (!expected) onUnexpectedEnd(handle, end);
    });
    return handle;
  };

  const isAlive = ({ pid }: Child): boolean => pid !== 0 && signalGroup(pid, 0);
  const alive = (): readonly Child[] => [...running.keys()].filter(isAlive);
  /** As an orchestrator ends them: TERM, patience, KILL. */
  const end = async (isMeant: (child: Child) => boolean): Promise<void> => {
    const meant = () => alive().filter(isMeant);
    for (const child of meant()) child.signal('SIGTERM');
    for (let waited = 0; waited < GRACE && meant().length > 0; waited += LOOK) await sleep(LOOK);
    const stubborn = meant();
    for (const child of stubborn) child.signalGroup('SIGKILL');
    if (stubborn.length > 0) await sleep(ORPHANS);
  };
  const killAll = (): void => {
    for (const child of alive()) child.signalGroup('SIGKILL');
  };

  return {
    start,
    run: async (options) => {
      const child = start(options);
      child.mayEnd();
      const { code, out, lastWords } = await child.ended;
      if (code !== 0) throw new Error(`${options.name} ended with ${code}: ${[out, ...lastWords].join('\n').trim()}`);
      return out;
    },
    endAll: async () => {
      for (const child of running.keys()) child.mayEnd();
      // The eldest is what the others talk to until their end.
      const [eldest] = running.keys();
      await end((child) => child !== eldest);
      await end(() => true);
      await Promise.all(
        [...running.keys()].map(({ ended }) => Promise.race([ended, sleep(GRACE, undefined, { ref: false })])),
      );
    },
    killAll,
  };
};
