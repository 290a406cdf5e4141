import { ask } from '../emulator/cli/client.ts';
import type { Ended } from './children.ts';
import { REFUSED, type Refused } from './homes.ts';
import { launch, typed } from './launch.ts';
import type { Stage } from './stage.ts';

/** The last text of the program: what happened, and the fix. */
const textOf = ({ lastWords }: Ended): readonly string[] => {
  const start = lastWords.findLastIndex((line) => line.startsWith('tollgate: '));
  return start < 0 ? lastWords : lastWords.slice(start);
};

/** Everything that AWS was asked, whatever the service: while one is refused nobody else asks. */
const callsOf = async (emulator: string): Promise<number> => {
  const { calls } = (await ask(emulator, 'GET', 'calls')) as { readonly calls: readonly unknown[] };
  return calls.length;
};

const refusal = async (stage: Stage, emulator: string, refused: Refused): Promise<void> => {
  const before = await callsOf(emulator);
  const child = launch(stage, emulator, refused, () => {});
  child.mayEnd();
  const ended = await child.ended;
  stage.stop.throwIfAborted();
  if (ended.code !== refused.exitCode) {
    throw new Error(
      `${refused.why}: exit code ${ended.code} instead of ${refused.exitCode}\n${ended.lastWords.join('\n')}`,
    );
  }
  const nothing = (await callsOf(emulator)) === before ? '; AWS was not asked' : '';
  stage.story.command(typed(refused));
  stage.story.tell(`${refused.title}, ${refused.why}: exit code ${ended.code}${nothing}`, 'bad');
  for (const line of textOf(ended)) stage.story.add(line.trim());
};

/** Two starts that the gate does not let in: the app never runs. */
export const refusals = async (stage: Stage, emulator: string): Promise<void> => {
  stage.story.part('Two that may not run');
  for (const refused of REFUSED) await refusal(stage, emulator, refused);
};
