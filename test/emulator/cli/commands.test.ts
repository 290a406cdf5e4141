import { createPublicKey } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { temporaryFolder } from '../folder.ts';
import { ended, serve, start } from './program.ts';

const HOURLY = '2hourlyproductcode0example1';

test('a running emulator is steered: clock, subscription, keys, faults', async () => {
  await using aws = await serve();
  await aws.run('clock', '--set', '2026-03-01T10:00:00Z', '--rate', '1');
  expect((await aws.run('clock', '--advance', '1h30m')).out).toMatch(/^2026-03-01T11:30:0\d/);
  expect(await aws.json('clock', '--rate', '60')).toMatchObject({ schema: 1, rate: 60 });

  expect((await aws.run('unsubscribe', HOURLY)).out).toBe(`111122223333 has left ${HOURLY}.\n`);
  expect(await aws.json('subscribe', HOURLY)).toMatchObject({ product: HOURLY, subscribed: true });

  const first = (await aws.run('keys', '--product', HOURLY)).out;
  const second = (await aws.run('rotate-key', HOURLY)).out;
  expect([first, second].map((pem) => createPublicKey(pem).asymmetricKeyDetails?.modulusLength)).toEqual([3072, 3072]);
  expect((await aws.run('keys', '--product', HOURLY)).out).toBe(second);
  expect((await aws.run('keys', '--product', HOURLY, '--version', '1')).out).toBe(first);

  expect((await aws.run('fault', 'add', 'throttle', '--operation', 'MeterUsage', '--times', '3')).out).toBe(
    'Fault 1 is at work.\n',
  );
  await aws.run('fault', 'add', 'latency', '--latency', '2s', '--for', '10m', '--share', '0.3');
  expect(await aws.json('fault', 'list')).toMatchObject({
    faults: [
      { id: 1, kind: 'throttle', operation: 'MeterUsage', times: 3, applied: 0 },
      { id: 2, kind: 'latency', latency: 2000, share: 0.3 },
    ],
  });
  expect((await aws.run('fault', 'clear', '1')).out).toBe('1 taken away.\n');
  expect((await aws.run('fault', 'clear')).out).toBe('1 taken away.\n');
  expect((await aws.run('fault', 'list')).out).toBe('No fault is at work.\n');
});

test('the lists are for people, and one JSON object for programs', async () => {
  await using aws = await serve();
  expect((await aws.run('bill')).out).toBe('Nothing to invoice.\n');
  expect((await aws.run('calls')).out).toMatch(/^N +TIME +OPERATION/);
  expect(await aws.json('bill')).toEqual({ schema: 1, usage: [], registered: [] });
  expect(await aws.json('records')).toEqual({ schema: 1, records: [] });
  expect(await aws.json('calls')).toEqual({ schema: 1, calls: [] });
});

test.each([
  [['bil'], 'bil is no command; did you mean bill?'],
  [['bill', '--jsn'], '--jsn is no option here; did you mean --json?'],
  [['bill', 'x'], '"x" is one argument too many'],
  [['fault'], 'fault wants one of: add, list, clear'],
  [['fault', 'add', 'throtle'], 'throtle is no kind of fault; did you mean throttle?'],
  [['fault', 'add', 'throttle', '--for', '10'], '--for 10: a duration like 2s, 10m or 1h is wanted'],
  [['clock', '--advance', 'soon'], '--advance soon: a duration like 90s, 10m or 1h is wanted'],
  [['clock', '--set', 'noon'], '--set noon: a time like 2026-03-01T10:00:00Z is wanted'],
  [['serve', '--port', 'x'], '--port x: 0 to 65535'],
  [['serve', '--world', '/nonexistent'], "/nonexistent: ENOENT: no such file or directory, open '/nonexistent'"],
  [['task', '--region'], '--region needs a value'],
  [['task', '--'], 'a command is wanted after --'],
  [['subscribe'], 'Missing required positional argument: PRODUCT'],
])('%j is a wrong command line', async (args, message) => {
  expect(await ended(start(args))).toMatchObject({ code: 64, out: '', err: `tollgate-emulator: ${message}\n` });
});

test('a name that the world has not is told with those that it has', async () => {
  await using aws = await serve();
  const { code, err } = await aws.run('task', '--product', 'nope', '--', 'true');
  expect([code, err]).toEqual([
    64,
    expect.stringContaining(`The world has no product "nope"; it has 4w1vgsrkqdkypbz43g7qkk4uz`),
  ]);
});

test('where no emulator answers the exit code says so', async () => {
  const { code, err } = await ended(start(['bill', '--url', 'http://127.0.0.1:9']));
  expect([code, err]).toEqual([
    69,
    'tollgate-emulator: no emulator answers at http://127.0.0.1:9; start one: tollgate-emulator serve\n',
  ]);
});

test.each([[['--help']], [['bill', '--help']], [['task', '--help']], [['fault', 'add', '--help']]])(
  '%j helps',
  async (args) => {
    const { code, out } = await ended(start(args));
    expect([code, out]).toEqual([0, expect.stringContaining('USAGE')]);
  },
);

test('a port that is taken, and a file that is no state, are told without a stack', async () => {
  await using aws = await serve();
  const taken = await ended(start(['serve', '--port', new URL(aws.url).port]));
  expect([taken.code, taken.err]).toEqual([
    1,
    expect.stringMatching(/^tollgate-emulator: cannot listen at .*EADDRINUSE.*\n$/),
  ]);
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'state');
  await writeFile(file, 'accounts:\n');
  expect(await ended(start(['serve', '--port', '0', '--state', file]))).toMatchObject({
    code: 64,
    err: `tollgate-emulator: ${file}, line 1: not a line of a state file\n`,
  });
});

test('a killed emulator comes back with its state', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'state');
  const first = await serve(['--state', file]);
  await first.run('unsubscribe', HOURLY);
  const before = await first.json('rotate-key', HOURLY);
  await first.stop('SIGKILL');
  await using second = await serve(['--state', file]);
  expect(await second.json('keys', '--product', HOURLY)).toMatchObject({ keys: [{}, before['key']] });
});
