import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MeterUsageCommand, RegisterUsageCommand } from '@aws-sdk/client-marketplace-metering';
import { expect, test } from '@jest/globals';
import { openJournal } from '../../src/emulator/journal.ts';
import { temporaryFolder } from './folder.ts';
import { emulate, HOURLY, outcomeOf, START, USAGE } from './support.ts';

const usage = (UsageQuantity: number) =>
  new MeterUsageCommand({ ProductCode: USAGE, UsageDimension: 'requests', Timestamp: new Date(START), UsageQuantity });

test('a restart keeps the bill, the credentials, the keys, the calls and the clock', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'state.jsonl');
  await using before = await emulate({ journal: openJournal(file) });
  const { launched } = await before.task({ name: 'parser' });
  const keys = await before.taskKeys(launched);
  await before.client(keys).send(usage(5));
  await before.client(keys).send(new RegisterUsageCommand({ ProductCode: HOURLY, PublicKeyVersion: 1 }));
  await before.admin('POST', 'rotate-key', { product: HOURLY });
  await before.admin('POST', 'unsubscribe', { product: USAGE });
  await before.admin('POST', 'clock', { advance: 60_000 });
  const kept = ['bill', 'records', 'calls', 'keys', 'clock', 'world'];
  const seen = await Promise.all(kept.map((route) => before.admin('GET', route)));
  await before.emulator.stop();

  await using after = await emulate({ journal: openJournal(file) });
  expect(await Promise.all(kept.map((route) => after.admin('GET', route)))).toEqual(seen);
  expect((await after.launch('ecs', { name: 'parser' })).resource.id).toBe(launched.resource.id);
  expect(await outcomeOf(after.client(keys).send(usage(6)))).toBe('DuplicateRequestException');
});

test('a last line that was cut short is cut off; one in the middle is told', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'state.jsonl');
  await using first = await emulate({ journal: openJournal(file) });
  const { client } = await first.task();
  await client.send(usage(5));
  const bill = await first.admin('GET', 'bill');
  await first.emulator.stop();

  await appendFile(file, '{"change":{"type":"rec');
  await using second = await emulate({ journal: openJournal(file) });
  expect(await second.admin('GET', 'bill')).toEqual(bill);
  await second.admin('POST', 'subscribe', { product: HOURLY });
  await second.emulator.stop();
  expect(
    (await readFile(file, 'utf8'))
      .split('\n')
      .slice(0, -1)
      .map((line) => typeof JSON.parse(line)),
  ).not.toContain('undefined');

  await appendFile(file, 'nonsense\n{}\n');
  expect(() => openJournal(file)).toThrow(/line \d+: not a line of a state file/);
});

test('a reset forgets everything, in the file too', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'state.jsonl');
  await using first = await emulate({ journal: openJournal(file) });
  const { client } = await first.task();
  await client.send(usage(5));
  await first.admin('DELETE', 'state');
  expect(await first.admin('GET', 'bill')).toEqual({ schema: 1, usage: [], registered: [] });
  expect(await first.admin('GET', 'calls')).toEqual({ schema: 1, calls: [] });
  expect(await outcomeOf(client.send(usage(5)))).toBe('UnrecognizedClientException');
  await first.emulator.stop();
  await using second = await emulate({ journal: openJournal(file) });
  expect(await second.admin('GET', 'records')).toEqual({ schema: 1, records: [] });
});
