import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { tmpfs } from '../disks.ts';
import type { Play } from '../world.ts';

const MIB = 1024;

export const FULL: readonly Play[] = [
  {
    name: 'a disk of 1 MiB that other files fill: 503, and it goes on without a restart',
    disk: () => tmpfs(MIB),
    settings: { ledger: { maxBytes: '1MiB', dedupe: { keep: '1m', least: '1m' } } },
    play: async ({ disk, ledger, begin, goesOn, isShut, metric }) => {
      await begin();
      await goesOn();
      assert.ok(existsSync(join(ledger, 'ballast')));
      disk.fill();
      assert.match(await isShut(), /full/);
      assert.equal(await metric('ledger_trouble'), 1);
      disk.free();
      await goesOn();
      assert.equal(await metric('ledger_trouble'), 0);
    },
  },
  {
    name: 'a disk of 1 MiB that stays full: the ballast lets the bill out',
    disk: () => tmpfs(MIB),
    patient: false,
    play: async ({ disk, begin, goesOn, isShut }) => {
      await begin();
      await goesOn();
      disk.fill();
      await isShut();
    },
  },
  {
    name: 'a disk of 1 MiB without ballast: killed while it is full, and started again when there is room',
    disk: () => tmpfs(MIB),
    settings: { ledger: { maxBytes: '1MiB', dedupe: { keep: '1m', least: '1m' } } },
    play: async ({ disk, ledger, begin, goesOn, isShut, kill, start }) => {
      await begin();
      await goesOn();
      rmSync(join(ledger, 'ballast'), { force: true });
      disk.fill();
      await isShut();
      await kill();
      const program = start();
      const { code } = await program.ended;
      assert.equal(code, 73, program.stderr());
      assert.match(program.stderr(), /full|space/);
      disk.free();
      await begin();
      await goesOn();
    },
  },
  {
    name: 'a disk that the ledger fills by itself: what is acknowledged is billed, on the full disk',
    disk: () => tmpfs(MIB),
    settings: { ledger: { maxBytes: '64MiB' } },
    patient: false,
    play: async ({ begin, goesOn, leaveIds, isShut }) => {
      await begin();
      // The log alone would fill the disk long before.
      await goesOn(300);
      while ((await leaveIds(400)) === 202) {
        // Until there is no room for so many.
      }
      assert.match(await isShut(), /full/);
    },
  },
];
