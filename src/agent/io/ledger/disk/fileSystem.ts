import { readFileSync, realpathSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';

/** What the mount table says of the file system under a folder. */
export type FileSystemVerdict =
  | { readonly kind: 'fit' }
  /** It works, but does not last: the loss table of the README says what that means. */
  | { readonly kind: 'fleeting'; readonly type: string }
  | { readonly kind: 'unfit'; readonly type: string };

/** SQLite's locks and fsync cannot be trusted there (sqlite.org, "Write-Ahead Logging": not over a network file system). */
const UNFIT = /^(nfs\d?|cifs|smb\d?|smbfs|9p|virtiofs|fuse(\..*)?|fuseblk|ceph|glusterfs|lustre|afs|ncpfs)$/;
const FLEETING = /^(overlay|tmpfs|ramfs|aufs)$/;

const MOUNT = /^\d+ \d+ \S+ \S+ (\S+) .* - (\S+) /;

/** The type of the mount that holds `path`: the longest mount point above it, the last one mounted there. Pure. */
export const typeUnder = (mountTable: string, path: string): string | undefined => {
  let found: { readonly point: string; readonly type: string } | undefined;
  for (const line of mountTable.split('\n')) {
    const [, escaped, type] = MOUNT.exec(line) ?? [];
    if (escaped === undefined || type === undefined) continue;
    const point = escaped.replace(/\\([0-7]{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    const below = relative(point, path);
    const holds = below === '' || (!below.startsWith('..') && !isAbsolute(below));
    if (holds && (found === undefined || point.length >= found.point.length)) found = { point, type };
  }
  return found?.type;
};

export const judge = (type: string | undefined): FileSystemVerdict => {
  if (type === undefined) return { kind: 'fit' };
  if (UNFIT.test(type)) return { kind: 'unfit', type };
  return FLEETING.test(type) ? { kind: 'fleeting', type } : { kind: 'fit' };
};

/** Looks the folder's file system up in the mount table of this process; fit where there is none (not Linux). */
export const fileSystemOf = (folder: string): FileSystemVerdict => {
  try {
    return judge(typeUnder(readFileSync('/proc/self/mountinfo', 'utf8'), realpathSync(folder)));
  } catch {
    return { kind: 'fit' };
  }
};
