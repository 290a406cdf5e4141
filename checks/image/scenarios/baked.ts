import assert from 'node:assert/strict';
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONFINED, docker, IMAGE, startContainer } from '../support/docker.ts';
import { makeStage } from '../support/stage.ts';
import type { InsideScenario } from './inside.ts';

const EXAMPLE = join(import.meta.dirname, '../../../examples/baked-in');

/** The vendor's application: a shell script. It tells its environment, reports, and ends by TERM with 7. */
const SERVER = `
/opt/tollgate/bin/tollgate report requests 3 --id one
env
trap 'echo stopped; exit 7' TERM
echo started
while :; do sleep 1 & wait $!; done
`;

/** Builds the example on a base, as it stands but for the seal: an emulator is not AWS. */
const bake = async (app: string): Promise<string> => {
  const tag = app.replace('app-', 'baked-');
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-baked-'));
  try {
    cpSync(EXAMPLE, folder, { recursive: true });
    const file = join(folder, 'tollgate.yaml');
    writeFileSync(file, `sealed: false\n${readFileSync(file, 'utf8')}`);
    await docker('build', '--build-arg', `TOLLGATE=${IMAGE}`, '--build-arg', `APP=${app}`, '--tag', tag, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
  return tag;
};

type Root = {
  readonly app: string;
  /** Words of `docker run` that bring a shell where there is none. */
  readonly shell: readonly string[];
  readonly command: readonly string[];
  /** LD_PRELOAD, if it is set. */
  readonly preload: readonly string[];
};

const aroundScript =
  ({ app, shell, command, preload }: Root) =>
  async (namespace: string): Promise<void> => {
    const image = await bake(app);
    using stage = await makeStage(namespace);
    // What is meant for the vendor's own programs and would keep ours from starting: a library path with something else
    // by the name of a library of ours in it, options of another Node, and in one root a library for another C library.
    const odd = mkdtempSync(join(tmpdir(), 'tollgate-odd-'));
    chmodSync(odd, 0o755);
    writeFileSync(join(odd, 'libstdc++.so.6'), 'no library');
    await using container = await startContainer(
      ...CONFINED,
      ...(await stage.task('baked')),
      ...shell,
      '--env=LD_LIBRARY_PATH=/odd',
      '--env=NODE_OPTIONS=--no-such-option',
      ...preload.map((library) => `--env=LD_PRELOAD=${library}`),
      `--volume=${odd}:/odd:ro`,
      '--env=OF_THE_VENDOR=as it was',
      '--volume=/var/lib/tollgate',
      image,
      ...command,
      SERVER,
    );
    await container.until('it has started', async () => (await container.logs()).includes('started'));
    const log = await container.logs();
    assert.match(log, /^requests 3: accepted$/m);
    assert.match(log, /^OF_THE_VENDOR=as it was$/m);
    assert.match(log, /^LD_LIBRARY_PATH=\/odd$/m);
    assert.match(log, /^NODE_OPTIONS=--no-such-option$/m);
    assert.deepEqual(
      [...log.matchAll(/^LD_PRELOAD=(.*)$/gm)].map(([, library]) => library),
      preload,
    );
    assert.doesNotMatch(log, /^(ASIDE|NODE_COMPILE|AWS_EC2_METADATA_DISABLED)/m);
    assert.equal(await container.stop(), 7, await container.logs());
    assert.match(await container.logs(), /^stopped$/m);
    assert.equal(stage.billed(), '3');
    rmSync(odd, { recursive: true });
  };

const HELPERS = 200;

/** Starts helpers that lose their parent at once, waits for their end (0.3 s) and a second more, then counts the zombies. */
const ORPHANS = `
for i in $(seq ${HELPERS}); do (sleep 0.3 &); done
sleep 1.5
echo "zombies $(grep -ls '^State:.Z' /proc/[0-9]*/status | wc -l)"
`;

const BUSYBOX = '/bin/busybox';

export const BAKED: readonly InsideScenario[] = [
  {
    name: "baked in around a shell script: Debian's C library",
    play: aroundScript({ app: 'app-debian:local', shell: [], command: ['sh', '-c'], preload: [] }),
  },
  {
    name: 'baked in around a shell script: musl',
    play: aroundScript({ app: 'app-musl:local', shell: [], command: ['sh', '-c'], preload: ['/lib/libmusl-only.so'] }),
  },
  {
    name: 'baked in around a shell script: an empty root and a static shell',
    play: aroundScript({
      app: 'app-empty:local',
      shell: [`--volume=${BUSYBOX}:/sh:ro`],
      command: ['/sh', '-c'],
      preload: [],
    }),
  },
  {
    name: `O14 baked in: ${HELPERS} orphans leave no zombie`,
    play: async (namespace) => {
      const image = await bake('app-debian:local');
      using stage = await makeStage(namespace);
      await using container = await startContainer(...(await stage.task('orphans')), image, 'sh', '-c', ORPHANS);
      const { ExitCode } = await container.until('it has ended', ({ Running }) => !Running);
      const log = await container.logs();
      assert.equal(ExitCode, 0, log);
      assert.match(log, /^zombies 0$/m);
      assert.doesNotMatch(log, /reaps no orphans/);
    },
  },
];
