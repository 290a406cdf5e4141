import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { startDoor } from '../support/startDoor.ts';
import { tollgate } from '../support/tollgate.ts';

const folder = (): string => mkdtempSync(join(tmpdir(), 'tollgate-report-'));

test('a report with everything in it reaches the ledger as it was typed', async () => {
  await using world = await startDoor();
  const at = '2026-03-01T10:15:00Z';
  const tags = ['--tag', 'team=a=b', '--tag=__proto__=x'];
  const ended = await tollgate(
    ['report', 'requests', '0.10', '--id', 'i 1', '--at', at, ...tags, '--url', world.url],
    {},
  );
  expect(ended).toEqual({ code: 0, stdout: 'requests 0.10: accepted\n', stderr: '' });
  const [report] = world.taken[0]?.reports ?? [];
  expect(report).toMatchObject({ quantity: { digits: 1n, scale: 1 }, id: 'i 1', at: Date.parse(at), dated: true });
  expect(Object.entries(report?.tags ?? {})).toEqual([
    ['team', 'a=b'],
    ['__proto__', 'x'],
  ]);
});

test.each([
  [['--tag', 'team'], '--tag team has no key and value'],
  [['--tag', 'team=a', '--tag=team=b'], '--tag team stands twice'],
])('%j is refused before anything is sent', async (tags, why) => {
  const ended = await tollgate(['report', 'requests', '1', ...tags, '--url', 'http://127.0.0.1:9'], {});
  expect(ended).toMatchObject({ code: 64, stderr: expect.stringContaining(why) });
});

test('what the ledger says of it is said in words', async () => {
  await using known = await startDoor({
    handlers: { take: async () => ({ kind: 'accepted', accepted: 0, duplicates: 1, late: 0, untagged: 0 }) },
  });
  expect((await tollgate(['report', 'requests', '1'], { TOLLGATE_URL: known.url })).stdout).toBe(
    'requests 1: known already, not counted again\n',
  );
  await using late = await startDoor({
    handlers: { take: async () => ({ kind: 'accepted', accepted: 1, duplicates: 0, late: 1, untagged: 1 }) },
  });
  expect((await tollgate(['report', 'requests', '1'], { TOLLGATE_URL: late.url })).stdout).toBe(
    'requests 1: accepted; late: it counts in the open hour; without its tags\n',
  );
});

test('a counter reading goes with its source and start, and is told why it counts nothing', async () => {
  const uncounted = [{ index: 0, why: 'first' }] as const;
  await using world = await startDoor({
    handlers: {
      dimensions: new Map([['growth', 'counter']]),
      take: async () => ({ kind: 'accepted', accepted: 1, duplicates: 0, late: 0, untagged: 0, uncounted }),
    },
  });
  const words = ['report', 'growth', '5', '--source', 'a', '--start', '2026-03-01T10:00:00Z'];
  expect((await tollgate(words, { TOLLGATE_URL: world.url })).stdout).toBe(
    'growth 5: accepted, but it counts nothing: the first reading of its series: it counts from here on\n',
  );
});

test('a refused report is told why, with the code for wrong usage', async () => {
  await using world = await startDoor();
  const ended = await tollgate(['report', 'request', '1e3'], { TOLLGATE_URL: world.url });
  expect(ended).toMatchObject({ code: 64, stdout: '' });
  expect(ended.stderr).toContain('dimension "request" is not configured; is it "requests"?; quantity must be a plain');
  expect((await tollgate(['report', 'requests', '1', '--tag', 'x'], { TOLLGATE_URL: world.url })).code).toBe(64);
  expect((await tollgate(['report', 'requests'], { TOLLGATE_URL: world.url })).code).toBe(64);
  expect((await tollgate(['report', 'requests', '1', '--url', 'https://localhost'])).code).toBe(64);
  expect(world.counted()).toBe(0);
});

test('a ledger that takes nothing: 69, since later it may', async () => {
  await using world = await startDoor({
    handlers: { take: async () => ({ kind: 'unavailable', reason: 'the disk is full', retryAfter: 5 }) },
  });
  const ended = await tollgate(['report', 'requests', '1'], { TOLLGATE_URL: world.url });
  expect(ended).toMatchObject({ code: 69, stderr: expect.stringContaining('the disk is full') });
});

test('no agent, or something that is none: 69 and where it was looked for', async () => {
  const nobody = await tollgate(['report', 'requests', '1'], { TOLLGATE_URL: 'http://127.0.0.1:9' });
  expect(nobody).toMatchObject({ code: 69, stderr: expect.stringContaining('127.0.0.1:9 (ECONNREFUSED)') });

  await using other = createServer((_request, response) => response.end('hello'));
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  const stranger = await tollgate(['report', 'requests', '1'], { TOLLGATE_URL: `http://127.0.0.1:${port}` });
  expect(stranger).toMatchObject({ code: 69, stderr: expect.stringContaining('is no agent') });
});

test('the token comes from its file; a wrong one is named by its file, never by its text', async () => {
  await using world = await startDoor({ token: 'right-token' });
  const place = folder();
  writeFileSync(join(place, 'good'), 'right-token\n');
  writeFileSync(join(place, 'bad'), 'wrong-token\n');
  const env = (name: string) => ({ TOLLGATE_URL: world.url, TOLLGATE_TOKEN_FILE: join(place, name) });
  expect((await tollgate(['report', 'requests', '1'], env('good'))).code).toBe(0);
  const bad = await tollgate(['report', 'requests', '1'], env('bad'));
  expect(bad).toMatchObject({ code: 78, stderr: expect.stringContaining(join(place, 'bad')) });
  expect(bad.stderr).not.toContain('wrong-token');
  expect((await tollgate(['report', 'requests', '1'], env('none'))).code).toBe(78);
  expect((await tollgate(['report', 'requests', '1'], { TOLLGATE_URL: world.url })).code).toBe(78);
  expect(world.counted()).toBe(1);
});

test('without a URL the configuration says where the door is, and where exec has put its token', async () => {
  const place = folder();
  const path = join(place, 'door.sock');
  await using world = await startDoor({ listen: { kind: 'unix', path }, token: 'right-token' });
  writeFileSync(join(place, 'door-token'), 'right-token\n');
  writeFileSync(join(place, 'tollgate.yaml'), `door: { listen: "unix:${path}" }\nledger: { directory: ${place} }\n`);
  expect(await tollgate(['report', 'requests', '1'], {}, place)).toMatchObject({ code: 0, stderr: '' });
  expect(await tollgate(['report', 'requests', '1'], { TOLLGATE_CONFIG: join(place, 'tollgate.yaml') })).toMatchObject({
    code: 0,
  });
  expect(
    await tollgate(['report', 'requests', '1'], {
      TOLLGATE_DOOR_LISTEN: `unix:${path}`,
      TOLLGATE_LEDGER_DIRECTORY: place,
    }),
  ).toMatchObject({ code: 0 });
  expect(world.counted()).toBe(3);
});
