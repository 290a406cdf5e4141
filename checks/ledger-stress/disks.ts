import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const run = (command: string, ...args: readonly string[]): string =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** A file system of its own at `folder`. */
export type Disk = Disposable & {
  readonly folder: string;
  /** Takes all the room that is left, but for so many bytes. */
  readonly fill: (but?: number) => void;
  readonly free: () => void;
  readonly remount: (how: 'ro' | 'rw' | 'abort') => void;
  /** Mounts another folder over one, so that what lies there is hidden. */
  readonly cover: (folder: string, by: string) => void;
  readonly uncover: (folder: string) => void;
  /** As after a repair: the same file system again, with what had reached it. Nobody may have anything open on it. */
  readonly again: () => void;
};

const diskAt = (mount: (folder: string) => void, dispose: (folder: string) => void): Disk => {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-disk-'));
  mount(folder);
  const stuffing = join(folder, 'stuffing');
  return {
    folder,
    fill: (but = 0) => {
      const file = openSync(stuffing, 'w');
      try {
        const piece = Buffer.alloc(4096, 7);
        for (;;) writeSync(file, piece);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      } finally {
        closeSync(file);
      }
      if (but > 0) truncateSync(stuffing, Math.max(0, statSync(stuffing).size - but));
    },
    free: () => rmSync(stuffing, { force: true }),
    remount: (how) => void run('mount', '-o', `remount,${how}`, folder),
    cover: (covered, by) => void run('mount', '--bind', by, covered),
    uncover: (covered) => void run('umount', covered),
    again: () => {
      run('umount', folder);
      mount(folder);
    },
    [Symbol.dispose]: () => {
      run('umount', '--lazy', folder);
      rmSync(folder, { recursive: true, force: true });
      dispose(folder);
    },
  };
};

/** A disk in memory, so many KiB large. */
export const tmpfs = (kib: number): Disk =>
  diskAt(
    (folder) => run('mount', '-t', 'tmpfs', '-o', `size=${kib}k`, 'tmpfs', folder),
    () => undefined,
  );

/** A real file system in an image of 16 MiB. */
export const ext4 = (): Disk => {
  const image = join(mkdtempSync(join(tmpdir(), 'tollgate-image-')), 'disk');
  closeSync(openSync(image, 'w'));
  truncateSync(image, 16 * 1024 * 1024);
  run('mkfs.ext4', '-q', '-F', image);
  return diskAt(
    (folder) => run('mount', '-o', 'loop', image, folder),
    () => rmSync(join(image, '..'), { recursive: true, force: true }),
  );
};

/** Faults of system calls in one process that was started by `before`. */
export const makeFaults = () => {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-fiu-'));
  const prefix = join(folder, 'control');
  const tell = (pid: number | undefined, order: string): void =>
    void run('fiu-ctrl', '-f', prefix, '-c', order, String(pid));
  return {
    before: ['fiu-run', '-x', '-f', prefix],
    /** From now on so many of all syncs fail with EIO. */
    failSyncs: (pid: number | undefined, probability: number): void =>
      tell(pid, `enable_random name=posix/io/sync/*,probability=${probability},failinfo=5`),
    heal: (pid: number | undefined): void => tell(pid, 'disable name=posix/io/sync/*'),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
};
