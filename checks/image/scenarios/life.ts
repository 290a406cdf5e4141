import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { CONFINED, docker, IMAGE, startContainer } from '../support/docker.ts';
import { makeStage } from '../support/stage.ts';
import type { InsideScenario } from './inside.ts';

/** `name: value` of /proc/PID/status, as the kernel has it. */
const kernelSays = (pid: number): ReadonlyMap<string, string> =>
  new Map(
    readFileSync(`/proc/${pid}/status`, 'utf8')
      .split('\n')
      .map((line) => line.split(/:\s+/) as [string, string]),
  );

/** Lines of a warning or worse. */
const troubles = (log: string): readonly string[] =>
  log.split('\n').filter((line) => /"level":"(warn|error)"/.test(line));

/** Gate, door, kill -9, a restart with the same volume, the drain at SIGTERM, the bill; under a user or the image's own. */
const life = async (
  namespace: string,
  user: { readonly uid: number; readonly gid: number; readonly words: readonly string[] },
) => {
  using stage = await makeStage(namespace);
  await using container = await startContainer(
    ...CONFINED,
    ...user.words,
    ...(await stage.task('life')),
    ...stage.configured,
    '--volume=/var/lib/tollgate',
    '--health-interval=1s',
    // Not meant for us, and not taken: Node would not start.
    '--env=NODE_OPTIONS=--no-such-option',
    IMAGE,
  );
  const { Pid } = await container.isHealthy();
  const status = kernelSays(Pid);
  assert.equal(status.get('Uid')?.split('\t')[0], String(user.uid));
  assert.equal(status.get('Gid')?.split('\t')[0], String(user.gid));
  assert.equal(status.get('CapEff'), '0000000000000000');
  assert.equal(status.get('NoNewPrivs'), '1');
  assert.deepEqual(await stage.report(5, 'first'), { accepted: 1, duplicates: 0, late: 0, untagged: 0 });

  await docker('kill', '--signal=KILL', container.id);
  const killed = await container.until('it is dead', ({ Running }) => !Running);
  assert.equal(killed.ExitCode, 137);
  assert.equal(killed.OOMKilled, false);
  await docker('start', container.id);
  await container.isHealthy();
  assert.deepEqual(await stage.report(5, 'first'), { accepted: 0, duplicates: 1, late: 0, untagged: 0 });
  assert.deepEqual(await stage.report(2, 'second'), { accepted: 1, duplicates: 0, late: 0, untagged: 0 });
  assert.equal(stage.billed(), undefined);

  assert.equal(await container.stop(), 0, await container.logs());
  assert.equal(stage.billed(), '7');
  const log = await container.logs();
  assert.deepEqual(
    troubles(log).filter((line) => !line.includes('without a drain')),
    [],
    log,
  );
  assert.doesNotMatch(log, /tini/i);
};

export const LIFE: readonly InsideScenario[] = [
  {
    name: 'read-only, without capabilities, new privileges or more than 192 MiB: gate, door, kill -9, restart, drain, bill',
    play: (namespace) => life(namespace, { uid: 65532, gid: 65532, words: [] }),
  },
  {
    name: 'O36 the same as a user that a cluster hands out, group 0',
    play: (namespace) => life(namespace, { uid: 1_000_680_000, gid: 0, words: ['--user=1000680000:0'] }),
  },
];
