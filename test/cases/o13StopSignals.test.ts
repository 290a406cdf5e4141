import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { startScriptedAws } from '../support/scriptedAws.ts';
import { startWrapped } from '../support/wrapped.ts';
import { makeBooks } from '../wire/support/books.ts';
import { makeStage } from '../wire/support/stage.ts';

const SIGNALLED = join(import.meta.dirname, '../support/programs/signalled.ts');
const PASSED = ['SIGHUP', 'SIGUSR2', 'SIGWINCH', 'SIGCONT', 'SIGTSTP', 'SIGINT', 'SIGQUIT', 'SIGTERM'] as const;

/** Reports nine, names its signals, and ends with 5 when its stdin does. */
const REPORTS = `
  const { readFileSync } = require('node:fs');
  for (const name of ['SIGHUP', 'SIGQUIT']) process.on(name, () => console.log(name));
  process.stdin.on('end', () => process.exit(5)).resume();
  const authorization = 'Bearer ' + readFileSync(process.env.TOLLGATE_TOKEN_FILE, 'utf8').trim();
  const report = (quantity) => fetch(process.env.TOLLGATE_URL + '/v1/usage', {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ dimension: 'requests', quantity }),
  });
  process.on('SIGHUP', () => report(4).then(({ status }) => console.log('after HUP', status)));
  report(9).then(({ status }) => console.log('ready', status));
`;

const start = (file: string, env: Readonly<Record<string, string>>, words: readonly string[]) =>
  startWrapped(process.env['TOLLGATE_DIST'] ?? '', ['exec', '--config', file, '--', process.execPath, ...words], {
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
  });

test.concurrent.each([
  ['the wrapper', 1],
  ['its whole process group', -1],
])('O13 each signal sent to %s reaches the product unchanged and once', async (_whom, sign) => {
  await using aws = await startScriptedAws();
  using stage = makeStage(aws);
  const wrapped = start(stage.configFile, stage.env, [SIGNALLED]);
  await wrapped.said('ready');
  for (const name of PASSED) {
    process.kill(sign * (wrapped.child.pid ?? 0), name);
    await wrapped.said(`${name}\n`);
  }
  wrapped.child.stdin?.end();
  expect(await wrapped.ended).toEqual({ code: 5, signal: null });
  expect(wrapped.stdout().trim().split('\n')).toEqual(['ready', ...PASSED]);
});

test.concurrent('O13 HUP ends nothing of ours; QUIT is a stop: the product ends first, then usage is sent', async () => {
  await using aws = await startScriptedAws();
  const books = makeBooks();
  aws.script('MeterUsage', books.store);
  using stage = makeStage(aws);
  const wrapped = start(stage.configFile, stage.env, ['-e', REPORTS]);
  await wrapped.said('ready 202');
  wrapped.child.kill('SIGHUP');
  await wrapped.said('after HUP 202');
  wrapped.child.kill('SIGQUIT');
  await wrapped.said('SIGQUIT');
  expect(aws.calls('MeterUsage')).toHaveLength(0);
  wrapped.child.stdin?.end();
  // Not one of its own crashes, after which the hour would be kept for the restart.
  expect(await wrapped.ended).toEqual({ code: 5, signal: null });
  expect(books.total('requests')).toBe(13);
});

test('O13 what cannot be passed on is said in the documentation', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/exec.md'), 'utf8');
  expect(page).toMatch(/KILL, STOP \| cannot be passed on/);
  expect(page).toMatch(/PIPE, ALRM, CHLD, TTIN, TTOU, faults \| not passed on/);
});
