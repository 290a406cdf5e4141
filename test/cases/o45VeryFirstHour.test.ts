import { MeterUsageCommand } from '@aws-sdk/client-marketplace-metering';
import { expect, test } from '@jest/globals';
import { outcomeOf } from '../emulator/support.ts';
import { makeService } from '../wire/support/service.ts';
import { PRODUCT } from '../wire/support/stage.ts';
import { startEmulatedAws } from './support/emulatedAws.ts';

const LAUNCH = '2027-03-01T10:59:45Z';

test('O45 a task that lives from shortly before an hour to shortly after it reports both, none stamped before its start', async () => {
  await using aws = await startEmulatedAws();
  aws.hold(LAUNCH);
  using service = await makeService({ origin: aws.origin });
  const task = await aws.launch('ecs');
  const env = aws.environmentOf(task);
  await using first = await service.run({ env });
  await service.granted(first);
  expect((await service.report({ dimension: 'requests', quantity: 3 })).status).toBe(202);
  // The container dies and is back in the same task at once; checks/moved-clock lives through the edge in one process.
  first.child.kill('SIGKILL');
  await first.ended;
  aws.setTo('2027-03-01T11:00:20Z');
  await using program = await service.run({ env });
  await service.granted(program);
  // The gate's own question after a restart must not be the one whose answer is lost.
  await program.until('AWS has been heard', async () => {
    const { clock, verdict } = await service.status();
    return !clock.void && verdict.confirmed;
  });
  expect((await service.report({ dimension: 'requests', quantity: 5 })).status).toBe(202);
  // The first answer is lost: its record goes again, as it is.
  await aws.admin('POST', 'faults', { kind: 'cut-after', operation: 'MeterUsage', times: 1 });
  program.child.kill('SIGTERM');
  expect((await program.ended).code).toBe(0);

  expect(await aws.records()).toMatchObject([
    { hour: '2027-03-01T10:00:00Z', timestamp: '2027-03-01T10:59:59Z', quantity: '3' },
    { hour: '2027-03-01T11:00:00Z', quantity: '5' },
  ]);
  const bodies = (await aws.meterings()).map(({ body }) => body);
  expect(bodies).toHaveLength(3);
  expect(bodies[1]).toBe(bodies[0]);

  const client = aws.client(await aws.taskKeys(task));
  const stamped = (Timestamp: Date) =>
    client.send(new MeterUsageCommand({ ProductCode: PRODUCT, UsageDimension: 'users', UsageQuantity: 1, Timestamp }));
  const before = new Date(Date.parse(LAUNCH) - 1_000);
  expect(await outcomeOf(stamped(before))).toBe('TimestampOutOfBoundsException');
  expect(await outcomeOf(stamped(new Date(LAUNCH)))).toMatchObject({ MeteringRecordId: expect.any(String) });
});
