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

/** proc(5), /proc/pid/mountinfo: ids of the mount and its parent, device, root, point, options and tags, then type, source, options. */
const MOUNT = /^(\d+) (\d+) \S+ \S+ (\S+) .* - (\S+) \S+ ?(\S*)/;

type Mount = {
  readonly id: string;
  readonly parent: string;
  readonly point: string;
  readonly type: string;
  /** Of the file system, as `upperdir=/a,workdir=/b`; as they stand in the table. */
  readonly options: string;
};

/** Space, tab, line end and backslash are octal there. */
const plain = (text: string): string => {
  const bytes = Buffer.from(text).toString('latin1');
  const whole = bytes.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
  return Buffer.from(whole, 'latin1').toString('utf8');
};

const mountsIn = (mountTable: string): readonly Mount[] =>
  mountTable.split('\n').flatMap((line) => {
    const [, id, parent, point, type, options] = MOUNT.exec(line) ?? [];
    if (id === undefined || parent === undefined || point === undefined || type === undefined) return [];
    return [{ id, parent, point: plain(point), type, options: options ?? '' }];
  });

const holds = ({ point }: Mount, path: string): boolean => {
  const below = relative(point, path);
  return below === '' || (below !== '..' && !below.startsWith('../') && !isAbsolute(below));
};

/**
 * The mount that a path leads to, as the kernel walks: from the root, into the first mount on the way, and from there on. What
 * lies under a later mount is hidden by it. Where the root is not in the table (chroot), the longest point above the path.
 */
const mountUnder = (mounts: readonly Mount[], path: string): Mount | undefined => {
  const above = mounts.filter((mount) => holds(mount, path));
  const known = new Set(mounts.map(({ id }) => id));
  const nearest = (some: readonly Mount[], sign: 1 | -1): Mount | undefined =>
    some.reduce<Mount | undefined>(
      (best, one) => (best === undefined || sign * (best.point.length - one.point.length) >= 0 ? one : best),
      undefined,
    );
  let at = nearest(
    above.filter(({ id, parent, point }) => point === '/' && (parent === id || !known.has(parent))),
    1,
  );
  if (at === undefined) return nearest(above, -1);
  for (;;) {
    const here: Mount = at;
    const next = nearest(
      above.filter(({ id, parent }) => parent === here.id && id !== here.id),
      1,
    );
    if (next === undefined) return here;
    at = next;
  }
};

/** Where an overlay keeps what is written. */
const UPPER = /(?:^|,)upperdir=([^,]+)/;

/** Overlays over overlays end somewhere. */
const MOST_LAYERS = 8;

/**
 * The type of the file system that takes what is written under `path`; of an overlay on an unfit one, that one's. Pure.
 */
export const typeUnder = (mountTable: string, path: string): string | undefined => {
  const mounts = mountsIn(mountTable);
  const top = mountUnder(mounts, path);
  let at = top;
  for (let layers = 0; at?.type === 'overlay' && layers < MOST_LAYERS; layers += 1) {
    const [, upper] = UPPER.exec(at.options) ?? [];
    const under = upper === undefined ? undefined : mountUnder(mounts, plain(upper));
    // The path is the host's, as a rule: in a container it leads back to the overlay itself.
    if (under === undefined || under === at) break;
    at = under;
  }
  return at !== undefined && judge(at.type).kind === 'unfit' ? at.type : top?.type;
};

export const judge = (type: string | undefined): FileSystemVerdict => {
  if (type === undefined) return { kind: 'fit' };
  if (UNFIT.test(type)) return { kind: 'unfit', type };
  return FLEETING.test(type) ? { kind: 'fleeting', type } : { kind: 'fit' };
};

/** Looks the folder's file system up in the mount table of this process; fit where there is none (not Linux). */
export const fileSystemOf = (folder: string, table = '/proc/self/mountinfo'): FileSystemVerdict => {
  try {
    return judge(typeUnder(readFileSync(table, 'utf8'), realpathSync(folder)));
  } catch {
    return { kind: 'fit' };
  }
};
