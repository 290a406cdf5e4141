import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { startScriptedAws } from '../support/scriptedAws.ts';
import { makeBooks } from '../wire/support/books.ts';
import { pause } from '../wire/support/program.ts';
import { ask, makeService } from '../wire/support/service.ts';
import { makeStage } from '../wire/support/stage.ts';

/** Milliseconds of processor time that a process has had; the kernel counts in hundredths of a second. */
const cpuOf = (pid: number | undefined): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return (Number(user) + Number(system)) * 10;
};

const WINDOW = 2_000;
const MOST_CPU = 0.05;

test.concurrent.each([
  ['whose reader has gone (| head -1)', true, ['bash', '-c', 'exec "$@" > >(head -n 1 >/dev/null) 2>&1', 'bash']],
  // Node puts /dev/null in the place of a descriptor that is closed at its start: no line is refused there.
  ['closed (>&- 2>&-)', false, ['sh', '-c', 'exec "$@" >&- 2>&-', 'sh']],
])(
  'O18 stdout and stderr %s: reports are taken, the hour is sent, nothing spins, and what a gone reader lost is counted',
  async (_how, isRefused, before) => {
    await using aws = await startScriptedAws();
    const books = makeBooks();
    aws.script('MeterUsage', books.store);
    using service = await makeService(aws, { log: { level: 'debug' } });
    await using program = await service.run({ before });
    await service.granted(program);
    expect((await service.report({ dimension: 'requests', quantity: 42 })).status).toBe(202);
    // Each trouble of a caller is a line at debug level.
    await program.until('lines are lost, and counted', async () => {
      if (!isRefused) return true;
      await ask(`${service.door}/v1/usage`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{',
      });
      const metrics = await (await ask(`${service.health}/metrics`)).text();
      return Number(/^tollgate_log_lines_lost_total (\d+)$/m.exec(metrics)?.[1]) > 0;
    });
    await program.until('less than a twentieth of a processor is used', async () => {
      const began = { at: performance.now(), cpu: cpuOf(program.child.pid) };
      await pause(WINDOW);
      return (cpuOf(program.child.pid) - began.cpu) / (performance.now() - began.at) < MOST_CPU;
    });
    program.child.kill('SIGTERM');
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(books.total('requests')).toBe(42);
  },
);

test.concurrent("O18 the product's own output is not touched by it", async () => {
  await using aws = await startScriptedAws();
  using stage = makeStage(aws, { log: { level: 'debug' } });
  await using program = stage.exec(['sh', '-c', 'seq 1 20000; echo last words; exit 4'], {
    before: ['bash', '-c', 'exec "$@" 2> >(head -n 1 >/dev/null)', 'bash'],
  });
  expect((await program.ended).code).toBe(4);
  const lines = program.stdout().trim().split('\n');
  expect([lines.length, lines.at(-2), lines.at(-1)]).toEqual([20_001, '20000', 'last words']);
});
