import assert from 'node:assert/strict';
import { startScriptedAws } from '../../../test/support/scriptedAws.ts';
import { startTollgate } from '../../../test/wire/support/program.ts';
import { makeStage } from '../../../test/wire/support/stage.ts';
import type { Scenario } from '../../moved-clock/scenario.ts';

const HELPERS = 200;

/** Starts helpers that lose their parent at once, waits for their end (0.3 s) and a second more, then counts the zombies. */
const PRODUCT = `
  for i in $(seq ${HELPERS}); do (sleep 0.3 &); done
  sleep 1.5
  echo "zombies $(grep -ls '^State:.Z' /proc/[0-9]*/status | wc -l)"
`;

const zombiesLeft = async (): Promise<{ readonly zombies: number; readonly remarks: number }> => {
  await using aws = await startScriptedAws();
  using stage = makeStage(aws);
  await using program = startTollgate(['exec', '--config', stage.configFile, '--', 'sh', '-c', PRODUCT], {
    env: stage.env,
    before: ['unshare', '-fp', '--mount-proc'],
  });
  const { code } = await program.ended;
  assert.equal(code, 0, program.stderr());
  const zombies = Number(/^zombies (\d+)$/m.exec(program.stdout())?.[1]);
  return { zombies, remarks: program.stderr().match(/is process 1 and reaps no orphans/g)?.length ?? 0 };
};

export const ORPHANS: readonly Scenario[] = [
  {
    name: 'O14 as process 1 without an init in front the wrapper says so once, for the orphans do stay',
    play: async () => {
      const { zombies, remarks } = await zombiesLeft();
      assert.deepEqual({ stay: zombies >= HELPERS, remarks }, { stay: true, remarks: 1 });
    },
  },
];
