import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { configured, type Emulated, startEmulator } from '../support/emulated.ts';
import { startWrapped } from '../support/wrapped.ts';

const DIST = process.env['TOLLGATE_DIST'] ?? '';
const REPORTING = join(import.meta.dirname, '../support/programs/reporting.ts');

const USAGE = '4w1vgsrkqdkypbz43g7qkk4uz';
const HOURLY = '2hourlyproductcode0example1';
const NOT_SUBSCRIBED = '3notsubscribedcode0example1';

const usage = (code: string, more = '') =>
  configured(`{ code: ${code}, pricing: usage }`, `dimensions: { requests: { meter: sum } }\n${more}`);

let aws: Emulated;
beforeAll(async () => {
  aws = await startEmulator();
});
afterAll(() => aws.stop());

/** Each test has a world of its own where the bill is looked at. */
const withOwnAws = async (body: (own: Emulated) => Promise<void>): Promise<void> => {
  const own = await startEmulator();
  try {
    await body(own);
  } finally {
    own.stop();
  }
};

const execReporting = (own: Emulated, name: string, file: string, ...words: readonly string[]) =>
  startWrapped(DIST, ['exec', '--config', file, '--', process.execPath, REPORTING, ...words], {
    before: own.task(name, USAGE),
  });

test('exec: usage of the product is billed when it ends, and its code is ours', () =>
  withOwnAws(async (own) => {
    const { file } = usage(USAGE);
    const wrapped = execReporting(own, 'one', file, '3', '7', 'later');
    await wrapped.said('202 ');
    wrapped.child.kill('SIGTERM');
    expect((await wrapped.ended).code).toBe(7);
    expect(own.bill(USAGE)).toEqual({ requests: '6' });
  }));

test('exec: a crash flushes nothing; the restarted container goes on in the same hour, and all is billed once', () =>
  withOwnAws(async (own) => {
    const { file } = usage(USAGE);
    expect((await execReporting(own, 'same', file, '3', '9').ended).code).toBe(9);
    expect(own.bill(USAGE)).toEqual({});
    expect((await execReporting(own, 'same', file, '4', '0').ended).code).toBe(0);
    expect(own.bill(USAGE)).toEqual({ requests: '7' });
  }));

test('exec: not entitled is 77, and the product never runs', async () => {
  const { file } = usage(NOT_SUBSCRIBED, 'gate: { graceAfterPurchase: false }');
  const wrapped = startWrapped(DIST, ['exec', '--config', file, '--', 'echo', 'ran'], {
    before: aws.task('refused', NOT_SUBSCRIBED),
  });
  expect((await wrapped.ended).code).toBe(77);
  expect(wrapped.stdout()).toBe('');
  expect(wrapped.stderr()).toContain('tollgate: the product may not run: ');
});

test('exec: a command that does not exist starts no bill', () =>
  withOwnAws(async (own) => {
    const keys = own.ask('keys', '--product', HOURLY).trim().split('\n').join('\\n');
    const { file } = configured(`{ code: ${HOURLY}, pricing: hourly, publicKeys: [{ version: 1, pem: "${keys}" }] }`);
    const start = (...words: readonly string[]) =>
      startWrapped(DIST, ['exec', '--config', file, '--', ...words], { before: own.task('hourly', HOURLY) });
    const calls = (): number =>
      (JSON.parse(own.ask('calls', '--json', '--operation', 'RegisterUsage')) as { calls: readonly unknown[] }).calls
        .length;
    expect((await start('/no/such').ended).code).toBe(127);
    expect((await start('/etc/passwd').ended).code).toBe(126);
    expect(calls()).toBe(0);
    const running = start('sh', '-c', 'echo ready; exit 5');
    expect((await running.ended).code).toBe(5);
    expect(calls()).toBe(1);
  }));

test('run: a service that is told to stop sends what it has and ends with 0', () =>
  withOwnAws(async (own) => {
    const { file } = usage(USAGE, 'health: { listen: "127.0.0.1:0" }');
    const wrapped = startWrapped(DIST, ['run', '--config', file], { before: own.task('service', USAGE) });
    await wrapped.noted('"granted"');
    wrapped.child.kill('SIGHUP');
    wrapped.child.kill('SIGTERM');
    expect((await wrapped.ended).code).toBe(0);
    const lines = wrapped
      .stderr()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { level: string; event: string });
    expect(lines.filter(({ level }) => level === 'info').map(({ event }) => event)).toEqual(['verdict']);
  }));

test('run: a refusal ends with its code and says why', async () => {
  const { file } = usage(NOT_SUBSCRIBED, 'gate: { graceAfterPurchase: false }\nhealth: { listen: "127.0.0.1:0" }');
  const wrapped = startWrapped(DIST, ['run', '--config', file], { before: aws.task('refusedRun', NOT_SUBSCRIBED) });
  expect((await wrapped.ended).code).toBe(77);
  expect(wrapped.stderr()).toContain('CustomerNotEntitled');
});

test('run: with both streams closed it works and stops like any other', async () => {
  const socket = join(mkdtempSync(join(tmpdir(), 'tollgate-health-')), 'health.sock');
  const { file } = usage(USAGE, `platform: local\nhealth: { listen: "unix:${socket}" }`);
  const wrapped = startWrapped(DIST, ['run', '--config', file], {
    before: ['sh', '-c', 'exec "$@" >&- 2>&-', 'sh'],
  });
  const startz = (): Promise<boolean> =>
    new Promise((resolve) => {
      get({ socketPath: socket, path: '/startz' }, ({ statusCode }) => resolve(statusCode === 200)).on('error', () =>
        resolve(false),
      );
    });
  let over = false;
  void wrapped.ended.then(() => {
    over = true;
  });
  while (!over && !(await startz()));
  wrapped.child.kill('SIGTERM');
  expect(await wrapped.ended).toEqual({ code: 0, signal: null });
});

const canBecome = process.getuid?.() === 0 && spawnSync('setpriv', ['--version']).status === 0;

(canBecome ? test : test.skip)(
  `a user without name and home is granted and metered${canBecome ? '' : ' (not run here: needs root and setpriv)'}`,
  () =>
    withOwnAws(async (own) => {
      spawnSync('chmod', ['-R', 'a+rX', DIST]);
      const { file, folder } = usage(USAGE);
      const wrapped = startWrapped(DIST, ['exec', '--config', file, '--', process.execPath, REPORTING, '5'], {
        before: [
          ...own.task('nobody', USAGE),
          ...['env', '-u', 'HOME', '-u', 'AWS_CONFIG_FILE', '-u', 'AWS_SHARED_CREDENTIALS_FILE'],
          ...['setpriv', '--reuid', '123456', '--regid', '0', '--clear-groups'],
        ],
      });
      expect((await wrapped.ended).code).toBe(0);
      expect(wrapped.stderr()).not.toContain('uv_os_homedir');
      expect(own.bill(USAGE)).toEqual({ requests: '5' });
      expect(() => readFileSync(join(folder, 'ledger/door-token'))).not.toThrow();
    }),
);

test('a laptop (platform: local): usage is counted, nothing is sent, and nothing is left behind at the end', async () => {
  const { file } = usage(USAGE, 'platform: local');
  const wrapped = startWrapped(DIST, ['exec', '--config', file, '--', process.execPath, REPORTING, '3', '0']);
  expect((await wrapped.ended).code).toBe(0);
  expect(wrapped.stdout()).toContain('202 ');
  expect(wrapped.stderr()).toContain('exempt');
  expect(wrapped.stderr()).not.toContain('not sent');
});

test.each(['free', 'byol'])('pricing: %s runs anywhere: nobody is asked, not even where we are', async (pricing) => {
  const { file } = configured(`{ code: ${USAGE}, pricing: ${pricing} }`);
  const wrapped = startWrapped(DIST, ['exec', '--config', file, '--', 'echo', 'ran']);
  expect((await wrapped.ended).code).toBe(0);
  expect(wrapped.stdout()).toBe('ran\n');
});

test('the product finds its token whatever folder it works in', async () => {
  const { folder } = usage(USAGE, 'platform: local');
  const relative = `product: { code: ${USAGE}, pricing: usage }\ndimensions: { requests: { meter: sum } }\nplatform: local\nledger: { directory: ledger }\ndoor: { listen: "127.0.0.1:0" }\n`;
  writeFileSync(join(folder, 'relative.yaml'), relative);
  const wrapped = startWrapped(
    DIST,
    ['exec', '--config', 'relative.yaml', '--', 'sh', '-c', `cd / && exec "${process.execPath}" "${REPORTING}" 3 0`],
    { cwd: folder },
  );
  expect((await wrapped.ended).code).toBe(0);
  expect(wrapped.stdout()).toContain('202 ');
});
