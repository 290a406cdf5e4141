import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../../test/wire/support/program.ts';

export type Said = { readonly code: number | null; readonly out: string; readonly err: string };

/** A booted systemd. */
export type Machine = AsyncDisposable & {
  /** Runs a command in it and waits for its end. */
  readonly run: (...words: readonly string[]) => Promise<Said>;
  /** The same; throws when it fails. */
  readonly must: (...words: readonly string[]) => Promise<string>;
  /** A property of a unit. */
  readonly property: (unit: string, name: string) => Promise<string>;
  readonly active: (unit: string) => Promise<string>;
  /** What a unit has said since the machine was made. */
  readonly journal: (unit: string) => Promise<string>;
  /** Goes down and comes up again. */
  readonly reboot: () => Promise<void>;
};

/** nspawn's only child is the machine's first process. */
const childOf = (pid: number): number | undefined => {
  const [first] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  return first === undefined || first === '' ? undefined : Number(first);
};

/** No command in the machine takes this long. */
const LONGEST = 150_000;

/** Boots the folder `machine` of `scratch` in the network namespace of this name. */
export const bootMachine = async (scratch: string, network: string): Promise<Machine> => {
  const words = [
    '--quiet',
    `--directory=${join(scratch, 'machine')}`,
    `--machine=${network}`,
    '--boot',
    '--register=no',
  ];
  const more = ['--keep-unit', `--network-namespace-path=/run/netns/${network}`, '--console=pipe'];
  let nspawn: ChildProcess;
  let down: Promise<unknown>;
  let said = '';
  const leader = (): number => {
    const found = nspawn.pid === undefined || nspawn.exitCode !== null ? undefined : childOf(nspawn.pid);
    if (found === undefined) throw new Error(`the machine is down: ${said.slice(-2_000)}`);
    return found;
  };
  /** What AWS is to the machine runs in this process: nothing here may block it. */
  const run = (...command: readonly string[]): Promise<Said> =>
    new Promise((resolve, reject) => {
      const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' };
      const options = { env, timeout: LONGEST, maxBuffer: 1 << 26 };
      const child = execFile('nsenter', ['-t', String(leader()), '-a', '--', ...command], options, (_error, out, err) =>
        resolve({ code: child.exitCode, out, err }),
      );
      child.once('error', reject);
    });
  const must = async (...command: readonly string[]): Promise<string> => {
    const { code, out, err } = await run(...command);
    if (code !== 0) throw new Error(`${command.join(' ')}: ${code}\n${out}${err}`);
    return out;
  };
  const property = async (unit: string, name: string): Promise<string> =>
    (await must('systemctl', 'show', '--value', '-p', name, unit)).trim();
  const isUp = async (): Promise<boolean> => {
    if (nspawn.exitCode !== null) leader();
    try {
      return /^(?:running|degraded)$/m.test((await run('systemctl', 'is-system-running')).out);
    } catch {
      // Its first process is not there yet.
      return false;
    }
  };
  const boot = async (): Promise<void> => {
    nspawn = spawn('setpriv', ['--pdeathsig', 'KILL', 'systemd-nspawn', ...words, ...more], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    down = new Promise((resolve) => nspawn.once('close', resolve));
    for (const stream of [nspawn.stdout, nspawn.stderr])
      stream?.setEncoding('utf8').on('data', (part: string) => {
        said += part;
      });
    await eventually('the machine is up', isUp, { deadline: 120_000, given: () => said.slice(-2_000) });
  };
  await boot();
  return {
    run,
    must,
    property,
    active: (unit) => property(unit, 'ActiveState'),
    journal: (unit) => must('journalctl', '--no-pager', '-o', 'cat', '-u', unit),
    // Off and on again: to the units that stop the same.
    reboot: async () => {
      await run('systemctl', 'poweroff', '--no-block');
      await down;
      await boot();
    },
    [Symbol.asyncDispose]: async () => {
      // With its first process all of them go, and nspawn too; nspawn's own end would leave them behind.
      if (nspawn.exitCode === null && nspawn.signalCode === null) process.kill(leader(), 'SIGKILL');
      await down;
    },
  };
};
