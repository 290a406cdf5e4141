import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { TollgateError, toError } from '../../../core/errors.ts';
import { EXIT } from '../../../core/exitCode.ts';
import { fileSystemOf } from './fileSystem.ts';
import { isBroken, isBusy, isFull, isRefused, isSqlite } from './transaction.ts';

const mine = (): string =>
  `uid ${process.getuid?.()}, gids ${[process.getgid?.(), ...(process.getgroups?.() ?? [])].join(' ')}`;

const ownerOf = (path: string): string => {
  try {
    const { uid, gid, mode } = statSync(path);
    return `owner ${uid}:${gid}, mode ${(mode & 0o7777).toString(8).padStart(4, '0')}`;
  } catch {
    return 'not there';
  }
};

/** By hand: Node's own recursion never ends where a parent is there and takes no folder (in /proc, for one). */
export const makeFolder = (folder: string): void => {
  try {
    mkdirSync(folder, { mode: 0o770 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(folder) === folder) throw error;
    makeFolder(dirname(folder));
    mkdirSync(folder, { mode: 0o770 });
  }
};

/** Does for real what the ledger will need: create, write, fsync, rename, delete. */
const tryOut = (folder: string): void => {
  const [probe, renamed] = [join(folder, `.probe-${process.pid}`), join(folder, `.probe-${process.pid}-renamed`)];
  const file = openSync(probe, 'w', 0o600);
  try {
    writeSync(file, 'x');
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(probe, renamed);
  rmSync(renamed);
};

const MIB = 1024 * 1024;

/** What may lie beside the file: its log (64 MiB), and a MiB for the ballast, the hours that were sent and small things. */
export const MOST_BESIDE = 65 * MIB;

/** Bytes of all files in a folder; 0 where it cannot be read. */
export const bytesIn = (folder: string): number => {
  try {
    return readdirSync(folder)
      .map((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0)
      .reduce((sum, size) => sum + size, 0);
  } catch {
    return 0;
  }
};

const refused = (what: string, path: string, cause: unknown): TollgateError =>
  new TollgateError(
    'ledger_folder',
    `${what} ${path} cannot be written (${ownerOf(path)}; we are ${mine()}): ${toError(cause).message}`,
    {
      remedy:
        'give the volume to this user (Kubernetes: securityContext.fsGroup; ECS: a VOLUME with its owner in the image), or set ledger.directory to a folder that can be written',
      exitCode: EXIT.ledger,
      cause,
    },
  );

/** SQLite's error at opening the file, said as the folder says it where that takes nothing, or by the file's own rights. */
export const explained = (file: string, error: unknown): unknown => {
  if (!isSqlite(error) || isFull(error) || isBusy(error) || isBroken(error)) return error;
  try {
    tryOut(dirname(file));
  } catch (cause) {
    return refused("the ledger's folder", dirname(file), cause);
  }
  return isRefused(error) ? refused('the ledger', file, error) : error;
};

/**
 * Makes sure that a ledger can live in the folder; makes it where it is missing. Answers warnings. Throws a TollgateError
 * (exit 73) that names folder, owner, mode, ourselves and the fix.
 */
export const prepareFolder = (folder: string): readonly string[] => {
  try {
    makeFolder(folder);
    tryOut(folder);
  } catch (error) {
    throw refused("the ledger's folder", folder, error);
  }
  const verdict = fileSystemOf(folder);
  switch (verdict.kind) {
    case 'unfit':
      throw new TollgateError(
        'ledger_network_disk',
        `the ledger's folder ${folder} is on ${verdict.type}, where locks and fsync cannot be trusted`,
        {
          remedy:
            'put ledger.directory on a local or block volume (emptyDir, EBS, a block claim), not on NFS, EFS, SMB, 9p or FUSE',
          exitCode: EXIT.ledger,
        },
      );
    case 'fleeting':
      return [
        `the ledger's folder ${folder} is on ${verdict.type}: it does not outlive the container; mount a volume there to keep usage over a crash`,
      ];
    case 'fit':
      return [];
    default:
      return verdict satisfies never;
  }
};
