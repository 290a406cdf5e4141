import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario } from '../moved-clock/scenario.ts';

const AMI = join(import.meta.dirname, '../../deploy/ami');

/** What systemd-analyze may count against a unit, of 100. */
const MOST_EXPOSED = 15;

const printed = (program: string, ...words: readonly string[]): string =>
  execFileSync(program, words, { encoding: 'utf8', maxBuffer: 1 << 26 });

/** The units in a root of their own, with the programs that they name. */
const unitRoot = (scratch: string): string => {
  const root = join(scratch, 'units');
  const units = join(root, 'etc/systemd/system');
  mkdirSync(units, { recursive: true });
  cpSync(AMI, units, { recursive: true });
  for (const program of ['opt/tollgate/bin/tollgate', 'opt/acme/acme']) {
    mkdirSync(join(root, program, '..'), { recursive: true });
    writeFileSync(join(root, program), '#!/bin/sh\n');
    chmodSync(join(root, program), 0o755);
  }
  return root;
};

const SHIPPED = ['/opt/tollgate/bin/tollgate', '/opt/tollgate/bin/node', '/usr/lib/systemd/system/tollgate.service'];

export const PACKAGES = (scratch: string): readonly Scenario[] => [
  {
    name: 'AMI the units: systemd-analyze has nothing to say',
    play: async () => {
      const root = unitRoot(scratch);
      const units = join(root, 'etc/systemd/system');
      const verify = (unit: string) =>
        spawnSync(
          'systemd-analyze',
          ['verify', '--man=no', '--recursive-errors=no', `--root=${root}`, join('/etc/systemd/system', unit)],
          {
            encoding: 'utf8',
          },
        );
      for (const unit of ['tollgate.service', 'acme.service']) {
        const { stdout, stderr, status } = verify(unit);
        assert.deepEqual([status, stdout + stderr], [0, '']);
      }
      writeFileSync(join(units, 'wrong.service'), '[Service]\nExecStart=/opt/acme/acme\nRestartPreventExitStati=77\n');
      assert.match(verify('wrong.service').stderr, /Unknown key.*'RestartPreventExitStati'/);
    },
  },
  {
    name: `AMI tollgate.service: exposed by ${MOST_EXPOSED} of 100 at most`,
    play: async () => {
      const words = ['security', '--offline=yes', `--threshold=${MOST_EXPOSED}`, join(AMI, 'tollgate.service')];
      const { status, stdout } = spawnSync('systemd-analyze', words, { encoding: 'utf8' });
      assert.equal(status, 0, stdout);
    },
  },
  {
    name: 'AMI deb and rpm: the same files, the same scripts, nothing depended on',
    play: async () => {
      const [deb, rpm] = [join(scratch, 'tollgate.deb'), join(scratch, 'tollgate.rpm')];
      const inDeb = printed('dpkg-deb', '--contents', deb)
        .split('\n')
        .flatMap((line) => / \.(\/.*?)\/?(?: -> .*)?$/.exec(line)?.[1] ?? [])
        .toSorted();
      const inRpm = printed('rpm', '-qpl', rpm).split('\n').filter(Boolean).toSorted();
      for (const path of SHIPPED) assert.ok(inDeb.includes(path), path);
      const files = (list: readonly string[]) =>
        list.filter((path) => !list.some((other) => other.startsWith(`${path}/`)));
      assert.deepEqual(files(inRpm), files(inDeb));
      assert.equal(printed('dpkg-deb', '--field', deb, 'Depends').trim(), '');
      assert.doesNotMatch(printed('rpm', '-qpR', rpm), /^(?!rpmlib)(?!\/bin\/sh)\S/m);
      assert.match(printed('rpm', '-qp', '--scripts', rpm), /systemctl enable tollgate\.service/);
    },
  },
];
