import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { diskUnder } from '../../../../src/agent/io/ledger/disk/diskUnder.ts';

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const makeFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-disk-'));
  made.push(folder);
  return folder;
};

/** A /sys in which the folder lies on this device, whose files are these. */
const makeSys = (folder: string, device: string, files: Readonly<Record<string, string>>): string => {
  const sys = makeFolder();
  // As coreutils reads the device number, by another way than ours.
  const [major, minor] = execFileSync('stat', ['-c', '%Hd:%Ld', folder], { encoding: 'utf8' }).trim().split(':');
  mkdirSync(join(sys, 'dev/block'), { recursive: true });
  mkdirSync(join(sys, 'devices', device), { recursive: true });
  symlinkSync(join('../../devices', device), join(sys, 'dev/block', `${major}:${minor}`));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(sys, 'devices', path, '..'), { recursive: true });
    writeFileSync(join(sys, 'devices', path), text);
  }
  return sys;
};

test.each([
  [
    'an NVMe disk',
    'nvme1/nvme1n1',
    { 'nvme1/nvme1n1/device/serial': 'vol0123456789abcdef0\n' },
    'vol0123456789abcdef0',
  ],
  ['a partition of one', 'nvme0/nvme0n1/p1', { 'nvme0/nvme0n1/device/serial': 'vol1  \n' }, 'vol1'],
  ['a virtio disk', 'virtio2/block/vda', { 'virtio2/block/vda/serial': 'disk-7' }, 'disk-7'],
  ['a disk without a number', 'xvda', { 'xvda/size': '8', 'xvda/serial': '\n' }, undefined],
])('%s', (_, device, files, serial) => {
  const folder = makeFolder();
  expect(diskUnder(folder, makeSys(folder, device, files))).toBe(serial);
});

test('where there is no such disk, or no such folder, it is not known', () => {
  const folder = makeFolder();
  expect(diskUnder(folder, makeFolder())).toBeUndefined();
  expect(diskUnder(join(folder, 'missing'))).toBeUndefined();
});
