import { closeSync, openSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { startScriptedAws } from '../support/scriptedAws.ts';
import { makeStage } from '../wire/support/stage.ts';

/** What an agent changes for itself, or another program would trip over. */
const OWN = {
  AWS_EC2_METADATA_DISABLED: 'false',
  AWS_PROFILE: 'product',
  AWS_ACCESS_KEY_ID: 'AKIDPRODUCT',
  AWS_SECRET_ACCESS_KEY: 'of the product alone',
  AWS_MAX_ATTEMPTS: '9',
  AWS_SDK_LOAD_CONFIG: '1',
  NODE_OPTIONS: '--max-old-space-size=4000 --no-deprecation',
  NODE_COMPILE_CACHE: '/product/cache',
  NODE_EXTRA_CA_CERTS: '/product/ca.pem',
  NODE_ENV: 'production',
  TZ: 'Asia/Kolkata',
  EMPTY: '',
  LINES: 'one\ntwo\n',
  EQUALS: 'a=b=c',
  LETTERS: 'ä€😀',
};

test('O16 the product sees the environment of the container to the byte, and two additions', async () => {
  await using aws = await startScriptedAws();
  using stage = makeStage(aws);
  const given = { ...stage.env, ...OWN };
  await using program = stage.exec(['env', '-0'], { env: given });
  expect((await program.ended).code).toBe(0);
  const seen = program
    .stdout()
    .split('\0')
    .filter((pair) => pair !== '')
    .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]);
  const { TOLLGATE_URL, TOLLGATE_TOKEN_FILE, ...rest } = Object.fromEntries(seen) as Record<string, string>;
  expect(rest).toEqual(given);
  expect(seen).toHaveLength(Object.keys(given).length + 2);
  expect(TOLLGATE_URL).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(TOLLGATE_TOKEN_FILE).toMatch(/^\//);
});

test("O16 behind the image's launcher options of Node are the product's alone, though ours could not start with them", async () => {
  await using aws = await startScriptedAws();
  using stage = makeStage(aws);
  const options = '--require=/of/the/product/alone.cjs';
  const env = { ...stage.env, ASIDE_BY_TOLLGATE_NODE_OPTIONS: options };
  await using program = stage.exec(['sh', '-c', 'echo "$NODE_OPTIONS"; env | grep -c ASIDE'], { env });
  await program.ended;
  expect(program.stdout()).toBe(`${options}\n0\n`);
});

test('O16 folder, umask and stdin are those of the container, and no descriptor of ledger or socket is handed on', async () => {
  await using aws = await startScriptedAws();
  using stage = makeStage(aws);
  const out = join(stage.folder, 'out');
  const file = openSync(out, 'a');
  const input = openSync('/dev/zero', 'r');
  await using program = stage.exec(
    ['bash', '-c', 'pwd -P; umask; for fd in 0 1 2 {3..64}; do readlink /proc/$$/fd/$fd; done; exit 0'],
    { stdio: [input, file, file] as never, before: ['sh', '-c', 'umask 0027; exec "$@"', 'sh'] },
  );
  closeSync(file);
  closeSync(input);
  expect((await program.ended).code).toBe(0);
  // The wrapper's own line says that the gate is open.
  const lines = readFileSync(out, 'utf8')
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith('{'));
  // bash keeps its script nowhere: with -c it has the three descriptors and no other, unless it inherited one.
  expect(lines).toEqual([realpathSync(stage.folder), '0027', '/dev/zero', realpathSync(out), realpathSync(out)]);
});
