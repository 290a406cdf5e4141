import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Play } from '../world.ts';

const MIB = 1024 * 1024;
const SENDERS = 4;
const IDS_A_REQUEST = 400;

export const WAL: readonly Play[] = [
  {
    name: 'O41: an export that is read line by line while reports come in: the log stays below 64 MiB',
    play: async ({ service, ledger, begin, goesOn, leaveIds, program }) => {
      await begin();
      await goesOn();
      const wal = (): number => statSync(join(ledger, 'ledger.db-wal')).size;
      await using reader = service.stage.start(['ledger', 'export', '--format', 'jsonl'], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      reader.child.stdout?.pause();
      let most = 0;
      const until = performance.now() + 8_000;
      const send = async (): Promise<number> => {
        let ids = 0;
        while (performance.now() < until) {
          assert.equal(await leaveIds(IDS_A_REQUEST), 202);
          ids += IDS_A_REQUEST;
          most = Math.max(most, wal());
        }
        return ids;
      };
      const sent = await Promise.all(Array.from({ length: SENDERS }, () => send()));
      const ids = sent.reduce((sum, one) => sum + one, 0);
      assert.ok(most < 64 * MIB, `the log came to ${most} bytes`);
      reader.child.stdout?.resume();
      assert.equal((await reader.ended).code, 0);
      console.log(`# ${ids} ids, the log at most ${(most / MIB).toFixed(1)} MiB`);
      assert.equal(program().isOver(), false);
    },
  },
];
