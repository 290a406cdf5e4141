import { lstatSync, readFileSync, statSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { startScriptedAws } from '../support/scriptedAws.ts';
import { makeBooks } from '../wire/support/books.ts';
import type { Program } from '../wire/support/program.ts';
import { makeStage } from '../wire/support/stage.ts';

/** The status of one report over a socket; undefined when nobody answers there. */
const reportOver = (socketPath: string): Promise<number | undefined> =>
  new Promise((resolve) => {
    const headers = { 'content-type': 'application/json', host: 'door' };
    request({ socketPath, path: '/v1/usage', method: 'POST', headers, agent: false }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode));
    })
      .on('error', () => resolve(undefined))
      .end('{"dimension":"requests","quantity":1}');
  });

test('O25 a socket that a killed agent left behind is replaced; one that is alive, a file and a link are left alone', async () => {
  await using aws = await startScriptedAws();
  const books = makeBooks();
  aws.script('MeterUsage', books.store);
  using stage = makeStage(aws);
  const path = join(stage.folder, 'door.sock');
  const tree = { door: { listen: `unix:${path}` }, health: { listen: null } };
  stage.configure(tree);
  {
    await using killed = stage.start(['run']);
    await killed.until('it takes a report', async () => (await reportOver(path)) === 202);
    killed.child.kill('SIGKILL');
    await killed.ended;
  }
  expect(lstatSync(path).isSocket()).toBe(true);
  expect(await reportOver(path)).toBeUndefined();

  await using living = stage.start(['run']);
  await living.until('it takes a report', async () => (await reportOver(path)) === 202);
  expect(statSync(path).mode & 0o777).toBe(0o660);

  // Another agent with a resource and a ledger of its own, and the same path.
  await using elsewhere = await startScriptedAws();
  using other = makeStage(elsewhere, tree);
  await using second = other.start(['run']);
  expect((await second.ended).code).toBe(78);
  expect(second.stderr()).toContain(`another program answers on ${path}`);
  expect(await reportOver(path)).toBe(202);
  living.child.kill('SIGTERM');
  expect((await living.ended).code).toBe(0);
  expect(books.total('requests')).toBe(3);

  const precious = join(stage.folder, 'precious');
  writeFileSync(precious, 'not yours');
  for (const [place, what] of [
    [() => writeFileSync(path, 'not yours'), 'a file'],
    [() => symlinkSync(precious, path), 'a link'],
  ] as const) {
    place();
    await using refused = other.start(['run']);
    expect((await refused.ended).code).toBe(78);
    expect(refused.stderr()).toContain(`${path} is ${what}, not a socket`);
    expect(readFileSync(path, 'utf8')).toBe('not yours');
    unlinkSync(path);
  }
});

test('O25 mode and group of the socket are settings; a group that is not ours to give is refused by name', async () => {
  await using aws = await startScriptedAws();
  using stage = makeStage(aws);
  const path = join(stage.folder, 'door.sock');
  const start = (access: Readonly<Record<string, unknown>>) => {
    stage.configure({ door: { listen: `unix:${path}`, ...access }, health: { listen: null } });
    return stage.start(['run']);
  };
  const rights = () => {
    const { mode, gid } = statSync(path);
    return { mode: mode & 0o777, group: gid };
  };
  /** Root may connect before the socket has its rights: the mode comes last. */
  const ready = async (program: Program, mode: number): Promise<void> => {
    await program.until('it takes a report', async () => (await reportOver(path)) === 202);
    await program.until('the socket has its mode', () => rights().mode === mode);
  };
  const own = process.getgid?.() ?? 0;
  {
    await using program = start({ socketMode: '0600', socketGroup: own });
    await ready(program, 0o600);
    expect(rights()).toEqual({ mode: 0o600, group: own });
    program.child.kill('SIGTERM');
    expect((await program.ended).code).toBe(0);
  }
  // Root may give it to any group, everybody else to one of theirs.
  const strange = 54_321;
  await using program = start({ socketMode: '660', socketGroup: strange });
  if (process.getuid?.() === 0) {
    await ready(program, 0o660);
    expect(rights()).toEqual({ mode: 0o660, group: strange });
    return;
  }
  expect((await program.ended).code).toBe(78);
  expect(program.stderr()).toContain(`cannot give ${path} to group ${strange}`);
});

test.each(['0440', '999', 'rw-rw----', '00660', '1660'])(
  'O25 %s is no mode: 78, before anything is opened',
  async (socketMode) => {
    await using aws = await startScriptedAws();
    using stage = makeStage(aws, { door: { socketMode } });
    await using program = stage.start(['run']);
    expect((await program.ended).code).toBe(78);
    expect(program.stderr()).toContain('door.socketMode');
    expect(aws.requests).toEqual([]);
  },
);
