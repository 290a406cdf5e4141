import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { no, startScriptedAws } from '../support/scriptedAws.ts';
import { hourlyProduct, makeStage } from '../wire/support/stage.ts';
import { makeKeys } from '../wire/support/tokens.ts';

const REPORTING = [process.execPath, join(import.meta.dirname, '../support/programs/reporting.ts')];

test.concurrent.each([0, 1, 3, 255])('O12 the product exits %i, and so does the wrapper', async (code) => {
  await using aws = await startScriptedAws();
  using stage = makeStage(aws);
  await using program = stage.exec(['sh', '-c', `exit ${code}`]);
  expect(await program.ended).toEqual({ code, signal: null });
});

test.concurrent.each([
  ['TERM', 143],
  ['KILL', 137],
  ['SEGV', 139],
])('O12 a product that dies of %s makes %i', async (name, code) => {
  await using aws = await startScriptedAws();
  using stage = makeStage(aws);
  await using program = stage.exec(['sh', '-c', `kill -${name} $$`]);
  expect(await program.ended).toEqual({ code, signal: null });
});

test.concurrent.each([
  [0, 'now', 0],
  [7, 'later', 7],
])('O12 a last flush that comes to nothing leaves %i alone, is told, and loses nothing', async (own, when, code) => {
  await using aws = await startScriptedAws();
  aws.script('MeterUsage', no('ThrottlingException'));
  using stage = makeStage(aws, { shutdown: { grace: '4s', drain: '2s' } });
  await using program = stage.exec([...REPORTING, '40', String(own), when]);
  await program.until('it has reported', () => program.stdout().startsWith('202') || program.isOver());
  if (when === 'later') program.child.kill('SIGTERM');
  expect(await program.ended).toEqual({ code, signal: null });
  expect(aws.calls('MeterUsage').length).toBeGreaterThan(0);
  // The one that counts while it ends has reported twice.
  const units = when === 'later' ? '80' : '40';
  expect(program.stderr()).toMatch(new RegExp(`requests: ${units} not receipted.*ThrottlingException`));
  await using exported = stage.start(['ledger', 'export', '--format', 'jsonl']);
  await exported.ended;
  const rows = exported
    .stdout()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Readonly<Record<string, string>>);
  expect(rows.filter(({ kind }) => kind === 'record')).toMatchObject([{ dimension: 'requests', quantity: units }]);
});

const HOURLY = hourlyProduct([{ version: 1, pem: makeKeys().pem }]);

test.concurrent.each([
  ['/no/such', 127],
  ['no-such-command', 127],
  ['/etc/passwd', 126],
])('O12 %s is found out before anything is asked of AWS: %i', async (command, code) => {
  await using aws = await startScriptedAws();
  using stage = makeStage(aws, HOURLY);
  // The usual folders: one on PATH that this user may not search would make it 126, as execvp has it.
  await using program = stage.exec([command], { env: { ...stage.env, PATH: '/usr/bin:/bin' } });
  expect(await program.ended).toEqual({ code, signal: null });
  expect(aws.requests).toEqual([]);
});

test.concurrent('O12 a gate that says no has a code that no product, shell or signal has', async () => {
  await using aws = await startScriptedAws();
  aws.script('RegisterUsage', no('CustomerNotEntitledException'));
  using stage = makeStage(aws, HOURLY);
  await using program = stage.exec();
  const { code, signal } = await program.ended;
  expect({ code, signal, ran: program.stdout() }).toEqual({ code: 77, signal: null, ran: '' });
  expect(aws.calls('RegisterUsage')).toHaveLength(1);
});
