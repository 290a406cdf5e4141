import { expect, test } from '@jest/globals';
import { statusText } from '../../src/agent/cli/statusText.ts';
import type { Status } from '../../src/agent/core/status.ts';
import { startDoor } from '../support/startDoor.ts';
import { startTollgate, tollgate } from '../support/tollgate.ts';

const STATUS: Status = {
  schema: 1,
  now: '2026-03-01T11:20:00.000Z',
  version: '1.0.0',
  verdict: {
    value: 'granted',
    reason: 'AWS says so',
    since: '2026-03-01T10:00:00.000Z',
    remedy: null,
    confirmed: false,
    remembered: true,
    started: true,
  },
  product: { code: 'abc', pricing: 'usage' },
  mode: 'send',
  platform: 'ecs',
  resource: 'arn:aws:ecs:us-east-1:111122223333:task/c/1',
  region: { name: 'us-east-1', source: 'AWS_REGION', decision: 'supported', row: 'MeterUsage on ECS' },
  clock: { offset: -1_500, void: false },
  ledger: {
    id: 'L1',
    bytes: 1_572_864,
    maxBytes: 1_073_741_824,
    dedupe: 86_400_000,
    disk: 'ok',
    folderBytes: 2_097_152,
    folderMaxBytes: 1_141_899_264,
    rescues: [],
    losses: [],
  },
  sender: { state: 'paused', lastAnswer: 'ThrottlingException', nextProbe: '2026-03-01T11:25:00.000Z' },
  standby: null,
  dimensions: [
    { name: 'requests', meter: 'sum', open: '40', carry: '0.5', level: null, receipted: '7', lastReceipt: null },
    {
      name: 'gb',
      meter: 'max',
      level: null,
      open: '0',
      carry: '0',
      receipted: '1',
      lastReceipt: { hour: '2026-03-01T09Z', quantity: '1', recordId: 'r' },
    },
  ],
  hours: [
    {
      hour: '2026-03-01T10Z',
      dimension: 'requests',
      quantity: '40',
      moved: '0',
      state: 'waiting',
      doubt: true,
      timeLeft: 16_259_000,
      attempts: 2,
      lastAnswer: 'ThrottlingException\u001b[2J',
    },
    {
      hour: '2026-03-01T04Z',
      dimension: 'gb',
      quantity: '1',
      moved: '0',
      state: 'quarantined',
      doubt: false,
      timeLeft: -1,
      attempts: 9,
      lastAnswer: null,
    },
    {
      hour: '2026-03-01T11Z',
      dimension: 'gb',
      quantity: '2',
      moved: '5',
      state: 'open',
      doubt: false,
      timeLeft: 20_459_000,
      attempts: 0,
      lastAnswer: null,
    },
  ],
  warnings: ['one hour is quarantined'],
};

test('the status for a person', () => {
  expect(statusText(STATUS)).toBe(
    [
      'verdict   granted since 2026-03-01T10:00:00.000Z: AWS says so; remembered from an earlier process; not confirmed by AWS yet',
      'product   abc, usage, send',
      'platform  ecs  arn:aws:ecs:us-east-1:111122223333:task/c/1',
      'region    us-east-1 (AWS_REGION): supported; MeterUsage on ECS',
      'clock     AWS is 1.5 s behind the wall clock',
      'ledger    L1, 1.5 MiB of 1 GiB, ids known for 24h, disk ok',
      'sender    paused; last answer ThrottlingException; next probe 2026-03-01T11:25:00.000Z',
      '',
      'DIMENSION  METER  OPEN  CARRY  RECEIPTED  LAST RECEIPT',
      'requests   sum    40    0.5    7          -',
      'gb         max    0     0      1          1 for 2026-03-01T09Z',
      '',
      'HOUR            DIMENSION  QUANTITY     STATE              TIME LEFT  ATTEMPTS  LAST ANSWER',
      '2026-03-01T10Z  requests   40           waiting, in doubt  4h30m      2         ThrottlingException [2J',
      '2026-03-01T04Z  gb         1            quarantined        over       9         -',
      '2026-03-01T11Z  gb         2 + 5 moved  open               5h40m      0         -',
      '',
      '! one hour is quarantined',
    ].join('\n'),
  );
});

test('an agent that knows nothing yet says so', () => {
  const text = statusText({
    ...STATUS,
    verdict: { ...STATUS.verdict, value: 'pending', remedy: 'attach the policy', confirmed: true, remembered: false },
    platform: null,
    region: null,
    ledger: null,
    clock: { offset: null, void: true },
    sender: { state: 'idle', lastAnswer: null, nextProbe: null },
    hours: [],
    warnings: [],
  });
  expect(text).toContain('\n          fix: attach the policy\n');
  expect(text).toContain('platform  not known yet\nregion    not known yet\nclock     AWS');
  expect(text).toContain('ledger    none\nsender    idle\n');
  expect(text.endsWith('\n\nEvery hour with usage has its receipt.')).toBe(true);
});

test('the command prints the text, or with --json what the door says, byte for byte', async () => {
  await using world = await startDoor({ handlers: { status: async () => ({ ...STATUS, later: '1.0' }) } });
  const env = { TOLLGATE_URL: world.url };
  expect(await tollgate(['status'], env)).toEqual({ code: 0, stdout: `${statusText(STATUS)}\n`, stderr: '' });
  expect((await tollgate(['status', '--json'], env)).stdout).toBe(`${JSON.stringify({ ...STATUS, later: '1.0' })}\n`);
});

test('--watch says it again', async () => {
  await using world = await startDoor({ handlers: { status: async () => STATUS } });
  const watching = startTollgate(['status', '--watch', '--json'], { TOLLGATE_URL: world.url });
  while (watching.stdout().split('\n').length < 3) await new Promise(setImmediate);
  watching.kill();
  const lines = (await watching.ended).stdout.trimEnd().split('\n');
  expect(new Set(lines)).toEqual(new Set([JSON.stringify(STATUS)]));
});

test('an agent of another version is only shown as it is', async () => {
  await using world = await startDoor({ handlers: { status: async () => ({ schema: 2 }) } });
  expect(await tollgate(['status'], { TOLLGATE_URL: world.url })).toMatchObject({ code: 1, stdout: '' });
  expect((await tollgate(['status', '--json'], { TOLLGATE_URL: world.url })).stdout).toBe('{"schema":2}\n');
});

test('no agent: 69', async () => {
  expect((await tollgate(['status'], { TOLLGATE_URL: 'http://127.0.0.1:9' })).code).toBe(69);
});
