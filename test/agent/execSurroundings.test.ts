import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { distWithStandIn, startWrapped } from '../support/wrapped.ts';

let dist = '';
beforeAll(async () => {
  dist = await distWithStandIn();
  // Whoever runs it may be another user.
  spawnSync('chmod', ['-R', 'a+rX', dist]);
});

/** A test that needs a tool or a right says so in its name where that is missing. */
const testIf = (possible: boolean, why: string) =>
  possible ? test : (name: string, _body: () => Promise<void>) => test.skip(`${name} (not run here: ${why})`, () => {});

const works = (program: string, ...args: readonly string[]): boolean => spawnSync(program, args).status === 0;

test('the product sees the environment of the container and the two documented additions, nothing else', async () => {
  const env = {
    EMPTY: '',
    LINES: 'one\ntwo',
    EQUALS: 'a=b=c',
    UMLAUT: 'ä€😀',
    AWS_EC2_METADATA_DISABLED: 'false',
    AWS_PROFILE: 'product',
    NODE_COMPILE_CACHE: '/product/cache',
    TOLLGATE_LOG_LEVEL: 'debug',
    TOLLGATE_PORT: 'tcp://10.0.0.1:80',
  };
  const wrapped = startWrapped(dist, ['exec', '--', 'env', '-0'], { env });
  expect((await wrapped.ended).code).toBe(0);
  const seen = wrapped
    .stdout()
    .split('\0')
    .filter((pair) => pair !== '' && !pair.startsWith('STAND_IN='));
  const given = { PATH: process.env['PATH'] ?? '', ...env };
  expect(seen.sort()).toEqual(
    [
      ...Object.entries(given).map(([name, value]) => `${name}=${value}`),
      'TOLLGATE_TOKEN_FILE=/run/token',
      'TOLLGATE_URL=http://127.0.0.1:8787',
    ].sort(),
  );
});

test('a variable that is no UTF-8 is named, since it cannot be handed on', async () => {
  const wrapped = startWrapped(dist, ['exec', '--', 'true'], {
    before: ['sh', '-c', 'BROKEN=$(printf "\\377") exec "$@"', 'sh'],
  });
  await wrapped.ended;
  expect(wrapped.stderr()).toContain('the value of BROKEN is no UTF-8');
});

test('the product inherits descriptors 0 to 2 and no other: not the listener, not the log', async () => {
  const script = 'cd /proc/self/fd && for fd in *; do echo "$fd $(readlink $fd)"; done';
  const wrapped = startWrapped(dist, ['exec', '--', 'bash', '-c', script]);
  const bare = spawnSync('bash', ['-c', script], { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
  await wrapped.ended;
  const numbers = (text: string) =>
    text
      .trim()
      .split('\n')
      .filter((line) => !line.includes('/proc/') && !line.endsWith(' '))
      .map((line) => line.split(' ')[0]);
  // Descriptors that the test's own parent leaks into everything are not ours.
  expect(numbers(wrapped.stdout())).toEqual(numbers(bare.stdout));
});

test('folder, umask and stdin are those of the container', async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tollgate-cwd-')));
  const wrapped = startWrapped(dist, ['exec', '--', 'sh', '-c', 'pwd; umask; cat; echo $0'], {
    before: ['sh', '-c', 'umask 0027; exec "$@"', 'sh'],
    cwd: folder,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  wrapped.child.stdin?.end('through\n');
  await wrapped.ended;
  expect(wrapped.stdout()).toBe(`${folder}\n0027\nthrough\nsh\n`);
});

testIf(process.getuid?.() === 0 && works('setpriv', '--version'), 'needs root and setpriv').call(
  undefined,
  'a user without name, group and home runs the product',
  async () => {
    for (const env of [{}, { HOME: '/nonexistent' }]) {
      const wrapped = startWrapped(dist, ['exec', '--', 'id', '-u'], {
        before: ['setpriv', '--reuid', '123456', '--regid', '0', '--clear-groups'],
        env,
      });
      expect(await wrapped.ended).toEqual({ code: 0, signal: null });
      expect(wrapped.stdout()).toBe('123456\n');
    }
  },
);

testIf(works('unshare', '-fp', '--mount-proc', 'true'), 'needs the right to make a PID namespace').call(
  undefined,
  'as process 1 the wrapper says once that it reaps no orphans, and still passes signals and the code',
  async () => {
    const wrapped = startWrapped(
      dist,
      ['exec', '--', 'sh', '-c', 'trap "exit 11" USR2; echo $PPID; kill -USR2 $PPID; read x'],
      {
        before: ['unshare', '-fp', '--mount-proc'],
        stdio: ['pipe', 'pipe', 'pipe'],
      },
    );
    expect((await wrapped.ended).code).toBe(11);
    expect(wrapped.stdout()).toBe('1\n');
    expect(wrapped.stderr().match(/is process 1/g)).toHaveLength(1);
    expect(wrapped.stderr()).toContain('initProcessEnabled');
  },
);

test('beside an init the wrapper says nothing of process 1', async () => {
  const wrapped = startWrapped(dist, ['exec', '--', 'true']);
  await wrapped.ended;
  expect(wrapped.stderr()).not.toContain('process 1');
});

test('with stdout and stderr closed the product runs and its code counts', async () => {
  const marker = join(mkdtempSync(join(tmpdir(), 'tollgate-closed-')), 'ran');
  const wrapped = startWrapped(
    dist,
    ['exec', '--', 'sh', '-c', `echo lost; echo lost >&2; echo ran >${marker}; exit 8`],
    {
      before: ['sh', '-c', 'exec "$@" >&- 2>&-', 'sh'],
    },
  );
  expect((await wrapped.ended).code).toBe(8);
  expect(readFileSync(marker, 'utf8')).toBe('ran\n');
});

test('a reader of stderr that goes away ends neither the wrapper nor the agent', async () => {
  const wrapped = startWrapped(dist, ['exec', '--', 'sh', '-c', 'echo ready; cat >/dev/null; exit 6'], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  await wrapped.said('ready');
  wrapped.child.stderr?.destroy();
  wrapped.order('reject');
  wrapped.order('print');
  wrapped.order('crash');
  await wrapped.toldOf('started', 2);
  wrapped.child.stdin?.end();
  expect((await wrapped.ended).code).toBe(6);
  expect(wrapped.told().at(-1)).toMatchObject({ stop: 'childCrashed' });
});

test('a reader of stderr that reads nothing stops neither the agent nor signals, and costs lines only', async () => {
  const pipe = join(mkdtempSync(join(tmpdir(), 'tollgate-pipe-')), 'stderr');
  spawnSync('mkfifo', [pipe]);
  const reader = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  const wrapped = startWrapped(
    dist,
    ['exec', '--', 'sh', '-c', 'trap "exit 12" TERM; echo ready; while read x; do :; done; read x'],
    {
      before: ['sh', '-c', 'exec "$@" 2>"$0"', pipe],
      stdio: ['pipe', 'pipe', 'pipe'],
      script: { floods: true },
    },
  );
  await wrapped.said('ready');
  expect(Number((await wrapped.toldOf('flooded'))['lost'])).toBeGreaterThan(10_000);
  wrapped.child.kill('SIGTERM');
  expect(await wrapped.ended).toEqual({ code: 12, signal: null });
  expect(wrapped.told().at(-1)).toMatchObject({ stop: 'signal' });
  closeSync(reader);
});

testIf(works('python3', '-c', 'import pty'), 'needs python3 for a terminal').call(
  undefined,
  'Ctrl-C on a terminal reaches the product once, from the terminal',
  async () => {
    const product = join(import.meta.dirname, '../support/programs/signalled.ts');
    const typist = join(mkdtempSync(join(tmpdir(), 'tollgate-pty-')), 'typist.py');
    writeFileSync(
      typist,
      `import os, pty, sys
pid, fd = pty.fork()
if pid == 0: os.execvp(sys.argv[1], sys.argv[1:])
seen = b''
def until(text):
    global seen
    while text not in seen:
        try: seen += os.read(fd, 1000)
        except OSError: break
until(b'ready'); os.write(fd, b'\\x03'); until(b'SIGINT')
os.kill(pid, 12); until(b'SIGUSR2'); os.write(fd, b'\\x04'); until(b'nothing more')
_, status = os.waitpid(pid, 0)
sys.stdout.write(seen.decode()); sys.exit(os.waitstatus_to_exitcode(status))
`,
    );
    const wrapped = startWrapped(dist, ['exec', '--', process.execPath, product], {
      before: ['python3', typist],
      // Two of a kind may fall into one on their way. Were one passed on, the product would be killed at once.
      script: { grace: 10_000, drain: 10_000 },
    });
    expect((await wrapped.ended).code).toBe(5);
    expect(wrapped.stdout().match(/SIG\w+/g)).toEqual(['SIGINT', 'SIGUSR2']);
    expect(wrapped.told().at(-1)).toMatchObject({ stop: 'signal' });
  },
);
