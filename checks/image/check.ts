import { join } from 'node:path';
import { playAll, type Scenario } from '../moved-clock/scenario.ts';
import { playElsewhere } from '../tools/elsewhere.ts';
import { BUILT } from './scenarios/built.ts';
import { INSIDE } from './scenarios/inside.ts';
import { IMAGE, startContainer } from './support/docker.ts';

/**
 * Plays a scenario in the network namespace of a container that does nothing: as in a task or a pod, what runs beside it
 * there shares its loopback, and so do the emulator and the scenario itself.
 */
const inNamespace = async (name: string): Promise<void> => {
  const wait = ['/opt/tollgate/bin/node', '-e', 'setInterval(() => {}, 1 << 30)'];
  await using pause = await startContainer(
    '--network=none',
    '--no-healthcheck',
    '--entrypoint=/opt/tollgate/bin/tini',
    IMAGE,
    '--',
    ...wait,
  );
  const { Pid } = await pause.state();
  const inside = join(import.meta.dirname, 'inside.ts');
  await playElsewhere(['nsenter', `--net=/proc/${Pid}/ns/net`, process.execPath, inside, name, pause.id]);
};

/** `run.sh [WORDS]`: only the checks whose name has all the words. */
const words = process.argv.slice(2);
const all: readonly Scenario[] = [...INSIDE.map(({ name }) => ({ name, play: () => inNamespace(name) })), ...BUILT];
const chosen = all.filter(({ name }) => words.every((word) => name.includes(word)));

process.exitCode = chosen.length === 0 || (await playAll(chosen)) > 0 ? 1 : 0;
