import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { fileSystemOf, judge, typeUnder } from '../../../../src/agent/io/ledger/disk/fileSystem.ts';

const ROOT = '20 1 254:0 / / rw,relatime - ext4 /dev/root rw';

type Row = {
  readonly name: string;
  readonly table: readonly string[];
  readonly at: string;
  readonly type: string;
  readonly kind: string;
};

const OVER = '-o rw,lowerdir=/l1:/l2,upperdir=/up/diff,workdir=/up/temp';

/** Tables as Linux writes them (proc(5)), and what lies at a path. */
const ROWS: readonly Row[] = [
  {
    name: 'a space in the point',
    table: [ROOT, String.raw`30 20 0:30 / /a\040b rw - nfs4 h:/ rw`],
    at: '/a b/c',
    type: 'nfs4',
    kind: 'unfit',
  },
  {
    name: 'a backslash in it',
    table: [ROOT, String.raw`30 20 0:30 / /a\134040b rw - nfs4 h:/ rw`],
    at: String.raw`/a\040b`,
    type: 'nfs4',
    kind: 'unfit',
  },
  {
    name: 'tab and line end',
    table: [ROOT, String.raw`30 20 0:30 / /a\011b\012c rw - tmpfs t rw`],
    at: '/a\tb\nc',
    type: 'tmpfs',
    kind: 'fleeting',
  },
  {
    name: 'letters beyond ASCII',
    table: [ROOT, '30 20 0:30 / /données rw - cifs //h/s rw'],
    at: '/données/x',
    type: 'cifs',
    kind: 'unfit',
  },
  {
    name: 'a source with a space and a dash',
    table: [ROOT, String.raw`30 20 0:30 / /s rw - cifs //h/a\040-\040b rw`],
    at: '/s',
    type: 'cifs',
    kind: 'unfit',
  },
  { name: 'no tags', table: [ROOT, '30 20 0:30 / /s rw - xfs /dev/nvme1n1 rw'], at: '/s', type: 'xfs', kind: 'fit' },
  {
    name: 'several tags',
    table: [ROOT, '30 20 0:30 / /s rw shared:1 master:2 propagate_from:3 unbindable - 9p share rw'],
    at: '/s',
    type: '9p',
    kind: 'unfit',
  },
  {
    name: 'a bind mount of a folder',
    table: [ROOT, '30 20 254:0 /srv/state /s rw - ext4 /dev/root rw'],
    at: '/s/deep',
    type: 'ext4',
    kind: 'fit',
  },
  {
    name: 'a bind mount of a folder on NFS',
    table: [ROOT, '30 20 0:30 / /mnt rw - nfs h:/x rw', '31 20 0:30 /state /s rw - nfs h:/x rw'],
    at: '/s',
    type: 'nfs',
    kind: 'unfit',
  },
  {
    name: 'a subvolume of btrfs',
    table: [ROOT, '30 20 0:31 /@state /s rw - btrfs /dev/vdb rw,subvolid=257,subvol=/@state'],
    at: '/s',
    type: 'btrfs',
    kind: 'fit',
  },
  {
    name: 'virtiofs',
    table: [ROOT, '30 20 0:31 / /s rw - virtiofs share rw'],
    at: '/s',
    type: 'virtiofs',
    kind: 'unfit',
  },
  {
    name: 'Mountpoint for S3',
    table: [ROOT, '30 20 0:31 / /s rw - fuse mountpoint-s3 rw,user_id=0'],
    at: '/s',
    type: 'fuse',
    kind: 'unfit',
  },
  {
    name: 'a kind of FUSE',
    table: [ROOT, '30 20 0:31 / /s rw - fuse.gcsfuse b rw'],
    at: '/s',
    type: 'fuse.gcsfuse',
    kind: 'unfit',
  },
  {
    name: 'a disk through FUSE',
    table: [ROOT, '30 20 8:1 / /s rw - fuseblk /dev/sda1 rw'],
    at: '/s',
    type: 'fuseblk',
    kind: 'unfit',
  },
  {
    name: 'FSx for Lustre',
    table: [ROOT, '30 20 0:31 / /s rw - lustre 10.0.0.1@tcp:/fsx rw'],
    at: '/s',
    type: 'lustre',
    kind: 'unfit',
  },
  { name: 'SMB 3', table: [ROOT, '30 20 0:31 / /s rw - smb3 //h/s rw'], at: '/s', type: 'smb3', kind: 'unfit' },
  {
    name: "a container's own layers",
    table: [`20 1 0:29 / / rw - overlay overlay ${OVER.slice(3)}`],
    at: '/var/lib/tollgate',
    type: 'overlay',
    kind: 'fleeting',
  },
  {
    name: 'an overlay whose upper layer is on NFS',
    table: [ROOT, '30 20 0:30 / /up rw - nfs4 h:/ rw', `31 20 0:32 / /s rw - overlay overlay ${OVER.slice(3)}`],
    at: '/s/x',
    type: 'nfs4',
    kind: 'unfit',
  },
  {
    name: 'an overlay whose upper layer is on a disk',
    table: [ROOT, '30 20 8:1 / /up rw - xfs /dev/sda1 rw', `31 20 0:32 / /s rw - overlay overlay ${OVER.slice(3)}`],
    at: '/s/x',
    type: 'overlay',
    kind: 'fleeting',
  },
  {
    name: 'an overlay on an overlay on NFS',
    table: [
      ROOT,
      '30 20 0:30 / /nfs rw - nfs h:/ rw',
      '31 20 0:32 / /up rw - overlay o rw,lowerdir=/l,upperdir=/nfs/u,workdir=/nfs/t',
      `32 20 0:33 / /s rw - overlay o ${OVER.slice(3)}`,
    ],
    at: '/s',
    type: 'nfs',
    kind: 'unfit',
  },
  {
    name: 'overlays in a ring',
    table: ['20 1 0:29 / / rw - overlay o rw,upperdir=/s/a', '31 20 0:32 / /s rw - overlay o rw,upperdir=/b'],
    at: '/s',
    type: 'overlay',
    kind: 'fleeting',
  },
  {
    name: 'a mount over another one',
    table: [ROOT, '30 20 0:30 / /s rw - nfs h:/ rw', '31 30 8:1 / /s rw - ext4 /dev/sda1 rw'],
    at: '/s',
    type: 'ext4',
    kind: 'fit',
  },
  {
    name: 'a mount that a later one hides',
    table: [ROOT, '30 20 0:30 / /s/deep rw - tmpfs t rw', '31 20 8:1 / /s rw - nfs h:/ rw'],
    at: '/s/deep',
    type: 'nfs',
    kind: 'unfit',
  },
  {
    name: 'a name that only begins alike',
    table: [ROOT, '30 20 0:30 / /data rw - nfs h:/ rw'],
    at: '/data-of-us',
    type: 'ext4',
    kind: 'fit',
  },
  {
    name: 'a name with two dots in front',
    table: [ROOT, '30 20 0:30 / /data rw - nfs h:/ rw'],
    at: '/data/..state',
    type: 'nfs',
    kind: 'unfit',
  },
  {
    name: 'a root that is not in the table',
    table: ['30 7 0:30 / /data rw - nfs h:/ rw', '31 30 0:31 / /data/disk rw - xfs /dev/b rw'],
    at: '/data/disk/x',
    type: 'xfs',
    kind: 'fit',
  },
  {
    name: 'lines that are none',
    table: ['', 'nonsense', ROOT, '30 20 0:30 /data'],
    at: '/data',
    type: 'ext4',
    kind: 'fit',
  },
];

test.each(ROWS)('$name', ({ table, at, type, kind }) => {
  const found = typeUnder(table.join('\n'), at);
  expect(found).toBe(type);
  expect(judge(found).kind).toBe(kind);
});

const hasFindmnt = spawnSync('findmnt', ['--version']).status === 0;

/** What util-linux reads in a table, mount by mount. */
const byUtilLinux = (file: string): readonly { readonly target: string; readonly fstype: string }[] =>
  JSON.parse(spawnSync('findmnt', ['-F', file, '-J', '-l', '-o', 'TARGET,FSTYPE'], { encoding: 'utf8' }).stdout)
    .filesystems;

(hasFindmnt ? test : test.skip)('util-linux reads the same, in a long table of many kinds', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-mounts-'));
  try {
    const types = ['nfs4', 'ext4', 'fuse.s3fs', 'xfs', 'tmpfs', 'virtiofs', 'btrfs', '9p', 'cifs'];
    const lines = Array.from({ length: 3_000 }, (_, n) => {
      const point = `/pods/${n}/${[String.raw`a\040b`, 'plain', String.raw`t\011b`, String.raw`s\134lash`, 'ümlaut'][n % 5]}`;
      return `${100 + n} 20 0:${100 + n} / ${point} rw,relatime ${n % 3 === 0 ? `shared:${n} ` : ''}- ${types[n % types.length]} src rw`;
    });
    const table = `${[ROOT, ...lines].join('\n')}\n`;
    const file = join(folder, 'mountinfo');
    writeFileSync(file, table);
    const all = byUtilLinux(file);
    expect(all).toHaveLength(3_001);
    for (const { target, fstype } of all.filter((_, n) => n % 37 === 0))
      expect({ target, type: typeUnder(table, join(target, 'x')) }).toEqual({ target, type: fstype });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const paths = ['/', '/dev/shm', '/proc', '/sys', tmpdir(), homedir(), process.cwd()];
(hasFindmnt ? test : test.skip)('the kernel and util-linux say the same of the mounts of this machine', () => {
  const table = readFileSync('/proc/self/mountinfo', 'utf8');
  for (const path of paths.filter((one) => statSync(one, { throwIfNoEntry: false }) !== undefined)) {
    const { stdout } = spawnSync('findmnt', ['-n', '-o', 'FSTYPE', '-T', path], { encoding: 'utf8' });
    const said = stdout.trim().split('\n').at(-1);
    expect({ path, type: typeUnder(table, realpathSync(path)) }).toEqual({ path, type: said });
  }
});

test('without a table, or without the folder, nothing is held against it', () => {
  expect(fileSystemOf(tmpdir(), '/nowhere/mountinfo')).toEqual({ kind: 'fit' });
  expect(fileSystemOf('/no/such/folder')).toEqual({ kind: 'fit' });
  expect(typeUnder('', '/')).toBeUndefined();
});
