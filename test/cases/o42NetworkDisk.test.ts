import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { judge, typeUnder } from '../../src/agent/io/ledger/disk/fileSystem.ts';

const docs = readFileSync(join(import.meta.dirname, '../../docs/ledger.md'), 'utf8');

/** The volumes of the docs: mount types, and what is said of them. */
const VOLUMES = [...docs.matchAll(/^\| [^|]+ \| [^|]+ \| (`[^|]+`) \| ([^|]+) \|$/gm)].flatMap(
  ([, types = '', said = '']) =>
    [...types.matchAll(/`([^`]+)`/g)].map(([, type = '']) => [type, said.split(/[;:. ]/)[0] ?? ''] as const),
);

const WORD = { fit: 'fit', fleeting: 'warned', unfit: 'refused' } as const;

test('O42 the docs name volumes of every kind', () => {
  expect(VOLUMES.length).toBeGreaterThan(15);
  expect(new Set(VOLUMES.map(([, said]) => said))).toEqual(new Set(Object.values(WORD)));
});

test.each(VOLUMES)('O42 a ledger on %s is %s, as the docs say', (type, said) => {
  expect(WORD[judge(type).kind]).toBe(said);
});

/** Mount points of a volume as the kernel writes them on each home. */
test.each([
  ['EFS on Fargate', '598 571 0:86 / /state rw,relatime - nfs4 127.0.0.1:/ rw,vers=4.1,port=20049', 'nfs4'],
  ['EFS by an access point', '598 571 0:86 /team/a /state rw - nfs4 fs-1.efs.eu-west-1.amazonaws.com:/ rw', 'nfs4'],
  ['EBS by its CSI driver', '598 571 259:3 / /state rw,relatime - ext4 /dev/nvme2n1 rw', 'ext4'],
  [
    'emptyDir',
    '598 571 259:1 /var/lib/kubelet/pods/uid/volumes/kubernetes.io~empty-dir/s /state rw - xfs /dev/nvme0n1p1 rw',
    'xfs',
  ],
  ['S3', '598 571 0:90 / /state rw,nosuid,nodev - fuse mountpoint-s3 rw,user_id=0,group_id=0,allow_other', 'fuse'],
])('O42 %s', (_, line, type) => {
  const table = `571 500 0:60 / / rw,relatime master:1 - overlay overlay rw,lowerdir=/l,upperdir=/u,workdir=/w\n${line}`;
  expect(typeUnder(table, '/state/ledger')).toBe(type);
  expect(typeUnder(table, '/var/lib/tollgate')).toBe('overlay');
});
