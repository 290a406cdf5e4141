import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { startScriptedAws } from '../../../test/support/scriptedAws.ts';
import { makeBooks } from '../../../test/wire/support/books.ts';
import { ask } from '../../../test/wire/support/service.ts';
import { makeStage } from '../../../test/wire/support/stage.ts';
import type { Scenario } from '../../moved-clock/scenario.ts';
import { bringUp, ip } from '../ip.ts';

/** A report by the one family that is there: counted, sent, and the other family told of at info. */
const onlyBy = async (host: '127.0.0.1' | '::1', door: string): Promise<void> => {
  await using aws = await startScriptedAws({ host });
  const books = makeBooks();
  aws.script('MeterUsage', books.store);
  using stage = makeStage(aws, { door: { listen: door }, health: { listen: null } });
  await using program = stage.start(['run']);
  const url = `http://${host.includes(':') ? `[${host}]` : host}:8787/v1/usage`;
  const body = '{"dimension":"requests","quantity":6}';
  await program.until('a report is taken', async () => {
    const headers = { 'content-type': 'application/json' };
    const answer = await ask(url, { method: 'POST', headers, body }).catch(() => undefined);
    return answer?.status === 202;
  });
  program.child.kill('SIGTERM');
  assert.deepEqual(await program.ended, { code: 0, signal: null }, program.stderr());
  assert.equal(books.total('requests'), 6);
  const [half, ...more] = program
    .stderr()
    .split('\n')
    .filter((line) => line.includes('door_half'));
  assert.match(half ?? '', /"level":"info"/);
  assert.deepEqual(more, []);
};

export const FAMILIES: readonly Scenario[] = [
  ...['127.0.0.1:8787', 'localhost:8787', '[::1]:8787'].map((door) => ({
    name: `O23 a machine with IPv6 off: a door on ${door} answers on 127.0.0.1`,
    play: async () => {
      writeFileSync('/proc/sys/net/ipv6/conf/all/disable_ipv6', '1');
      bringUp();
      await onlyBy('127.0.0.1', door);
    },
  })),
  ...['127.0.0.1:8787', 'localhost:8787', '[::1]:8787'].map((door) => ({
    name: `O23 a machine with ::1 alone: a door on ${door} answers there`,
    play: async () => {
      bringUp();
      ip('addr', 'del', '127.0.0.1/8', 'dev', 'lo');
      await onlyBy('::1', door);
    },
  })),
  {
    name: 'O23 a door on an address that is not there: 78, and no call',
    play: async () => {
      bringUp();
      ip('addr', 'del', '127.0.0.1/8', 'dev', 'lo');
      await using aws = await startScriptedAws({ host: '::1' });
      using stage = makeStage(aws, { door: { listen: '127.0.0.2:8787' }, health: { listen: null } });
      await using program = stage.start(['run']);
      assert.equal((await program.ended).code, 78, program.stderr());
      assert.match(program.stderr(), /door\.listen: cannot listen on 127\.0\.0\.2:8787 \(EADDRNOTAVAIL\)/);
      assert.deepEqual(aws.calls('DryRun'), []);
    },
  },
];
