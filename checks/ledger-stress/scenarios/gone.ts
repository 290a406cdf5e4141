import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { tmpfs } from '../disks.ts';
import type { Play, World } from '../world.ts';

const isTold = async ({ service, metric, program }: World): Promise<void> => {
  assert.match(program().stderr(), /ledger rescued/);
  assert.ok((await metric('ledger_rescues')) >= 1);
  assert.match((await service.status()).warnings.join('\n'), /taken from its place/);
};

export const GONE: readonly Play[] = [
  {
    name: 'the file is deleted under load, over and over, and the program is killed after it',
    play: async (world) => {
      const { ledger, begin, goesOn, kill, tollgate } = world;
      await begin();
      for (const name of ['ledger.db', 'ledger.db-wal', 'ledger.db']) {
        await goesOn();
        rmSync(join(ledger, name), { force: true });
        await goesOn();
      }
      await isTold(world);
      await kill();
      await begin();
      await goesOn();
      assert.match((await tollgate('ledger', 'check')).text, /^ok/);
    },
  },
  {
    name: 'the folder is renamed under load; commands on the live ledger work again; and the program is killed after it',
    play: async (world) => {
      const { ledger, begin, goesOn, kill, tollgate } = world;
      await begin();
      await goesOn();
      renameSync(ledger, `${ledger}.old`);
      await goesOn();
      await isTold(world);
      assert.match((await tollgate('ledger', 'check')).text, /^ok/);
      await kill();
      await begin();
      await goesOn();
    },
  },
  {
    name: 'an empty volume is mounted over the folder: nothing begins anew on it, and nothing is acknowledged until it is gone',
    disk: () => tmpfs(4 * 1024),
    play: async ({ disk, ledger, begin, goesOn, isShut, program }) => {
      await begin();
      await goesOn();
      using other = tmpfs(1024);
      mkdirSync(join(other.folder, 'empty'));
      disk.cover(ledger, join(other.folder, 'empty'));
      assert.match(await isShut(), /another volume/);
      disk.uncover(ledger);
      await goesOn();
      assert.match(program().stderr(), /ledger works again/);
    },
  },
];
