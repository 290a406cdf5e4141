import { lstatSync, readFileSync, statSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { startScriptedAws } from '../support/scriptedAws.ts';
import { makeBooks } from '../wire/support/books.ts';
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
