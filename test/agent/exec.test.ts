import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { distWithStandIn, type Start, startWrapped } from '../support/wrapped.ts';

let dist = '';
beforeAll(async () => {
  dist = await distWithStandIn();
});

const sh = (script: string, start?: Start) => startWrapped(dist, ['exec', '--', 'sh', '-c', script], start);

test.each([0, 1, 3, 77, 255])('the exit code of the product is ours: %i', async (code) => {
  expect(await sh(`exit ${code}`).ended).toEqual({ code, signal: null });
});

test.each([
  ['TERM', 143],
  ['KILL', 137],
  ['SEGV', 139],
  ['HUP', 129],
])('a product that ends by %s makes %i', async (name, code) => {
  expect(await sh(`kill -${name} $$`).ended).toEqual({ code, signal: null });
});

const folder = mkdtempSync(join(tmpdir(), 'tollgate-commands-'));
writeFileSync(join(folder, 'plain'), 'no program');
writeFileSync(join(folder, 'badInterpreter'), '#!/no/such/interpreter\n');
chmodSync(join(folder, 'badInterpreter'), 0o755);
writeFileSync(join(folder, 'withoutFirstLine'), 'echo shell takes me\n');
chmodSync(join(folder, 'withoutFirstLine'), 0o755);

test.each([
  ['/no/such', 127],
  ['no-such-name', 127],
  ['', 127],
  [join(folder, 'badInterpreter'), 127],
  ['/etc/passwd', 126],
  ['/etc', 126],
  [join(folder, 'plain'), 126],
  ['/etc/passwd/below', 127],
])('a command that cannot run is found out before the agent starts: "%s" is %i', async (command, code) => {
  const wrapped = startWrapped(dist, ['exec', '--', command]);
  expect(await wrapped.ended).toEqual({ code, signal: null });
  expect(wrapped.told()).toEqual([]);
  expect(wrapped.stderr()).toMatch(/^tollgate: .+\n {2}Fix: /);
});

test('a name is looked up on PATH as execvp does, past folders that hold no program of that name', async () => {
  const env = { PATH: `${folder}:/no/such:${process.env['PATH']}` };
  const wrapped = startWrapped(dist, ['exec', 'withoutFirstLine'], { env });
  expect(await wrapped.ended).toEqual({ code: 0, signal: null });
  expect(wrapped.stdout()).toBe('shell takes me\n');
  expect((await startWrapped(dist, ['exec', 'plain'], { env }).ended).code).toBe(126);
});

test.each([[['exec', '--']], [['exec']], [['exec', '--config=/x.yaml', '--']]])(
  'the words of the product arrive untouched after %j',
  async (front) => {
    const words = ['printf', '[%s]', '--help', '-h', '--config', 'a b', '', '--', '--no-x', 'ä'];
    const wrapped = startWrapped(dist, [...front, ...words]);
    expect((await wrapped.ended).code).toBe(0);
    expect(wrapped.stdout()).toBe('[--help][-h][--config][a b][][--][--no-x][ä]');
    expect(wrapped.told()[0]).toEqual({ configFile: front.length === 3 && front[1] !== '--' ? '/x.yaml' : null });
  },
);

test('a refusal ends with its own code, and the product never runs', async () => {
  const wrapped = sh('echo ran', { script: { verdict: 'refused', exitCode: 77 } });
  expect(await wrapped.ended).toEqual({ code: 77, signal: null });
  expect(wrapped.stdout()).toBe('');
  expect(wrapped.stderr()).toContain('tollgate: the product may not run: the stand-in says refused\n  Fix: subscribe');
});

test('a configuration that does not hold ends with 78 before the agent is made', async () => {
  const wrapped = sh('echo ran', { script: { misconfigured: true } });
  expect(await wrapped.ended).toEqual({ code: 78, signal: null });
  expect(wrapped.told()).toEqual([{ configFile: null }]);
  expect(wrapped.stderr()).toBe(
    'tollgate: tollgate.yaml:3: product.code is missing\n  Fix: set product.code\n  Code: bad-config\n',
  );
  expect(wrapped.stdout()).toBe('');
});

test('the product waits for the verdict', async () => {
  const wrapped = sh('echo ran', { script: { verdict: 'pending' } });
  await wrapped.toldOf('started');
  expect(wrapped.stdout()).toBe('');
  wrapped.order('grant');
  expect(await wrapped.ended).toEqual({ code: 0, signal: null });
  expect(wrapped.stdout()).toBe('ran\n');
  const lines = wrapped.stderr().trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ level: 'info', event: 'verdict', value: 'granted' }),
  ]);
});

test('an exempt product starts as well, and one line says so', async () => {
  const wrapped = sh('echo ran', { script: { verdict: 'exempt' } });
  expect((await wrapped.ended).code).toBe(0);
  expect(wrapped.stderr().trim().split('\n')).toHaveLength(1);
});

test('a good end is drained with all of the grace period, a crash is not flushed', async () => {
  const good = sh('exit 0');
  await good.ended;
  expect(good.told().at(-1)).toMatchObject({ stop: 'childEnded', hurried: false });
  expect(Number(good.told().at(-1)?.['budget'])).toBeGreaterThan(18_000);
  const bad = sh('exit 4');
  await bad.ended;
  expect(bad.told().at(-1)).toMatchObject({ stop: 'childCrashed' });
});

test('a last flush that fails is logged and changes no code', async () => {
  const wrapped = sh('exit 3', { script: { unsentLines: ['requests 2026-03-01T10Z: 40 units wait in the ledger'] } });
  expect((await wrapped.ended).code).toBe(3);
  expect(wrapped.stderr()).toContain('40 units wait in the ledger');
});

test('nothing to do after the grant: the thread ends, the product goes on, its code counts', async () => {
  const wrapped = sh('read line; exit 9', { script: { finished: true }, stdio: ['pipe', 'pipe', 'pipe'] });
  expect(await wrapped.toldOf('stop')).toMatchObject({ stop: 'childEnded' });
  wrapped.child.stdin?.end('go\n');
  expect((await wrapped.ended).code).toBe(9);
  expect(wrapped.told().filter((entry) => 'stop' in entry)).toHaveLength(1);
});
