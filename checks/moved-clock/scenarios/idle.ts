import assert from 'node:assert/strict';
import { rawConnection } from '../../../test/support/rawHttp.ts';
import { startScriptedAws } from '../../../test/support/scriptedAws.ts';
import { post } from '../../../test/support/startDoor.ts';
import { pause } from '../../../test/wire/support/program.ts';
import { makeService } from '../../../test/wire/support/service.ts';
import type { Scenario } from '../scenario.ts';

const REPORT = post('{"dimension":"requests","quantity":1}');
const LONGEST = 60_000;

const stillOpen = async (): Promise<void> => {
  await using aws = await startScriptedAws();
  using service = await makeService(aws);
  await using program = await service.run({ lives: 3 * LONGEST });
  await service.granted(program);
  const reportAfter = async (idle: number): Promise<void> => {
    const connection = await rawConnection(service.doorPort);
    for (const wait of [0, idle]) {
      await pause(wait);
      connection.write(REPORT);
      assert.equal((await connection.answer())?.status, 202, `after ${wait} ms`);
    }
    connection.end();
  };
  await Promise.all([5_000, 30_000, LONGEST].map(reportAfter));
};

export const IDLE: readonly Scenario[] = [
  { name: 'O08 a POST on a connection that was idle for 5, 30 and 60 s is answered', play: stillOpen, waits: true },
];
