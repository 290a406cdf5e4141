import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, closeSync, cpSync, mkdirSync, openSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { startScriptedAws } from '../support/scriptedAws.ts';
import { makeBooks } from './support/books.ts';
import { ask, makeService } from './support/service.ts';

const canChangeUser = process.getuid?.() === 0 && spawnSync('setpriv', ['--version']).status === 0;

test.concurrent('two of one resource: the second waits, then ends with 73 and names the holder; the first goes on', async () => {
  await using aws = await startScriptedAws();
  const books = makeBooks();
  aws.script('MeterUsage', books.store);
  using first = await makeService(aws);
  using second = await makeService(aws, { ledger: { wait: '2s' } });
  await using holder = await first.run();
  await first.granted(holder);
  const began = performance.now();
  await using late = second.stage.start(['run']);
  expect((await late.ended).code).toBe(73);
  expect(performance.now() - began).toBeGreaterThan(1_900);
  expect(late.stderr()).toContain(`process ${holder.child.pid}`);
  expect(aws.calls('DryRun')).toHaveLength(1);
  await first.report({ dimension: 'requests', quantity: 3 });
  holder.child.kill('SIGTERM');
  expect((await holder.ended).code).toBe(0);
  expect(books.total('requests')).toBe(3);
});

test.concurrent('the second of one resource takes over when the first ends in time', async () => {
  await using aws = await startScriptedAws();
  using first = await makeService(aws);
  using second = await makeService(aws, { ledger: { wait: '20s' } });
  await using holder = await first.run();
  await first.granted(holder);
  await using next = second.stage.start(['run']);
  await next.until('it waits', () => next.stderr().includes('waiting for another meterer'));
  holder.child.kill('SIGTERM');
  expect((await holder.ended).code).toBe(0);
  await second.granted(next);
  next.child.kill('SIGTERM');
  expect((await next.ended).code).toBe(0);
});

test.concurrent('one ledger for two resources: 73 names the process that has it', async () => {
  await using aws = await startScriptedAws();
  await using other = await startScriptedAws();
  using first = await makeService(aws);
  await using holder = await first.run();
  await first.granted(holder);
  using second = await makeService(other, { ledger: { directory: first.stage.ledger, wait: '1s' } });
  await using late = second.stage.start(['run']);
  expect((await late.ended).code).toBe(73);
  expect(late.stderr()).toContain(String(holder.child.pid));
});

test.concurrent('without HOME, PATH and a place in the password file', async () => {
  await using aws = await startScriptedAws();
  const books = makeBooks();
  aws.script('MeterUsage', books.store);
  using service = await makeService(aws);
  const { PATH: _path, ...env } = service.stage.env;
  let before: readonly string[] = [];
  let dist = process.env['TOLLGATE_DIST'] ?? '';
  if (canChangeUser) {
    before = ['/usr/bin/setpriv', '--reuid', '123456', '--regid', '123456', '--clear-groups', '--no-new-privs'];
    dist = join(service.stage.folder, 'dist');
    cpSync(process.env['TOLLGATE_DIST'] ?? '', dist, { recursive: true });
    chmodSync(service.stage.folder, 0o755);
    chownSync(service.stage.ledger, 123456, 123456);
  }
  await using program = await service.run({ env, before, dist });
  await service.granted(program);
  expect((await service.report({ dimension: 'users', quantity: 2 })).status).toBe(202);
  program.child.kill('SIGTERM');
  expect({ ...(await program.ended), log: program.stderr() }).toMatchObject({ code: 0, signal: null });
  expect(books.total('users')).toBe(2);
  expect(program.stderr()).not.toMatch(/uv_os|homedir/);
});

test.concurrent.each(['/proc/nothing', '/proc/nothing/deeper', '/etc/hostname/ledger'])(
  'a folder that cannot be made, %s: 73, by its name',
  async (directory) => {
    await using aws = await startScriptedAws();
    using service = await makeService(aws, { ledger: { directory } });
    await using program = service.stage.start(['run']);
    expect((await program.ended).code).toBe(73);
    expect(program.stderr()).toContain(directory);
    expect(aws.calls('MeterUsage')).toHaveLength(0);
  },
);

test.concurrent('stdout and stderr on a full disk stop nothing', async () => {
  await using aws = await startScriptedAws();
  const books = makeBooks();
  aws.script('MeterUsage', books.store);
  using service = await makeService(aws);
  const full = openSync('/dev/full', 'w');
  await using program = await service.run({ stdio: ['ignore', full, full] });
  closeSync(full);
  await service.granted(program);
  expect((await service.report({ dimension: 'users', quantity: 2 })).status).toBe(202);
  program.child.kill('SIGTERM');
  expect((await program.ended).code).toBe(0);
  expect(books.total('users')).toBe(2);
});

test.concurrent('a door with a token: nothing without it, and nothing of it in the log', async () => {
  await using aws = await startScriptedAws();
  using service = await makeService(aws);
  const tokenFile = join(service.stage.folder, 'token');
  const token = 'a-secret-that-the-vendor-chose-0123456789';
  writeFileSync(tokenFile, `${token}\n`);
  service.stage.configure({
    door: { listen: `127.0.0.1:${service.doorPort}`, tokenFile },
    health: { listen: new URL(service.health).host },
    log: { level: 'debug' },
  });
  await using program = await service.run();
  await service.granted(program);
  const usage = { dimension: 'requests', quantity: 1 };
  expect((await service.report(usage)).status).toBe(401);
  expect((await service.report(usage, { authorization: 'Bearer wrong' })).status).toBe(401);
  expect((await service.report(usage, { authorization: `Basic ${btoa(token)}` })).status).toBe(401);
  expect((await ask(`${service.door}/v1/status`)).status).toBe(401);
  expect((await service.report(usage, { authorization: `Bearer ${token}` })).status).toBe(202);
  program.child.kill('SIGTERM');
  expect((await program.ended).code).toBe(0);
  for (const secret of [token, 'scripted-secret', 'scripted-session']) {
    expect(program.stderr() + program.stdout()).not.toContain(secret);
  }
});

test.concurrent('exec makes a token that only its own user can read', async () => {
  await using aws = await startScriptedAws();
  using service = await makeService(aws);
  mkdirSync(join(service.stage.folder, 'shown'));
  await using program = service.stage.exec([
    'sh',
    '-c',
    'echo "FILE $TOLLGATE_TOKEN_FILE URL $TOLLGATE_URL"; exec sleep 1000',
  ]);
  const file = await program.until(
    'it is told',
    () => /FILE (\S+) URL http:\/\/127\.0\.0\.1:\d+/.exec(program.stdout())?.[1],
  );
  expect(statSync(file).mode & 0o077).toBe(0);
  program.child.kill('SIGTERM');
  expect((await program.ended).code).toBe(143);
});
