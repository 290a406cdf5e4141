import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { playAll, type Scenario } from '../../moved-clock/scenario.ts';
import { playElsewhere } from '../../tools/elsewhere.ts';
import { makeEngine } from './engine.ts';
import { SCENARIOS } from './scenarios.ts';

/** They wait most of the time: for the first health check, and for the end of a stop. */
const LANES = 6;

const engine = makeEngine((process.env['DOCKER_HOST'] ?? '').replace('unix://', ''));

/** Plays a scenario in the network namespace of a container that only sleeps, which is what an ECS task begins with. */
const inTask = async (name: string): Promise<void> => {
  const pause = await engine.create(`pause-${randomBytes(4).toString('hex')}`, {
    Image: 'homes-acme',
    Cmd: ['/opt/tollgate/bin/node', '-e', 'setInterval(() => {}, 1e6)'],
    HostConfig: { NetworkMode: 'none', Init: true },
  });
  try {
    await engine.start(pause);
    const pid = String((await engine.inspect(pause)).State.Pid);
    await playElsewhere([
      'nsenter',
      '-t',
      pid,
      '-n',
      process.execPath,
      join(import.meta.dirname, 'inside.ts'),
      pause,
      name,
    ]);
  } finally {
    await engine.remove(pause);
  }
};

/** `check.ts [WORDS]`: only the checks whose name has all the words. */
const words = process.argv.slice(2);
const all: readonly Scenario[] = SCENARIOS.map(({ name }) => ({ name, play: () => inTask(name) }));
const chosen = all.filter(({ name }) => words.every((word) => name.includes(word)));

process.exitCode = chosen.length === 0 || (await playAll(chosen, LANES)) > 0 ? 1 : 0;
