import assert from 'node:assert/strict';
import { eventually } from '../../../test/wire/support/program.ts';
import { ext4, tmpfs } from '../disks.ts';
import type { Play } from '../world.ts';

export const READ_ONLY: readonly Play[] = [
  {
    name: 'O40: a volume that turns read-only under load: 503 that says so, and goes on without a restart',
    disk: () => tmpfs(4 * 1024),
    play: async ({ disk, faults, begin, goesOn, isShut, metric }) => {
      const { child, stderr } = await begin({ before: faults.before });
      await goesOn();
      // The kernel lets nobody remount while a file is open for writing: the ledger closes its own after a failed sync.
      faults.failSyncs(child.pid, 1);
      await isShut();
      await eventually('it can be remounted', () => {
        try {
          disk.remount('ro');
          return true;
        } catch {
          return undefined;
        }
      });
      faults.heal(child.pid);
      let said = '';
      const saysWhy = async (): Promise<boolean> => {
        said = await isShut();
        return /the ledger's folder .* \(owner 0:0, mode 0\d{3}; we are uid 0, .*read-only/i.test(said);
      };
      await eventually('it says why', saysWhy, { given: () => said });
      assert.equal(await metric('ledger_trouble'), 1);
      disk.remount('rw');
      await goesOn();
      assert.match(stderr(), /ledger works again/);
    },
  },
  {
    name: 'a file system that is torn off under load, with all that had not reached the disk: what was acknowledged had',
    disk: ext4,
    play: async ({ disk, begin, goesOn, isShut, kill }) => {
      await begin();
      await goesOn();
      disk.remount('abort');
      await isShut();
      await kill();
      disk.again();
      await begin();
      await goesOn();
    },
  },
];
