import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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

/** The words in front of the program in the ENTRYPOINT that the documentation gives. */
const documentedInit = (): readonly string[] => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/exec.md'), 'utf8');
  const line = /^ENTRYPOINT (\[.*\])$/m.exec(page)?.[1] ?? '[]';
  const words = JSON.parse(line) as readonly string[];
  assert.deepEqual(words.slice(-4), ['node', '/opt/tollgate/tollgate.mjs', 'exec', '--']);
  return words.slice(0, -4);
};

const zombiesBehind = async (
  init: readonly string[],
): Promise<{ readonly zombies: number; readonly remarks: number }> => {
  await using aws = await startScriptedAws();
  using stage = makeStage(aws);
  await using program = startTollgate(['exec', '--config', stage.configFile, '--', 'sh', '-c', PRODUCT], {
    env: stage.env,
    before: ['unshare', '-fp', '--mount-proc', ...init],
  });
  const { code } = await program.ended;
  assert.equal(code, 0, program.stderr());
  const zombies = Number(/^zombies (\d+)$/m.exec(program.stdout())?.[1]);
  return { zombies, remarks: program.stderr().match(/is process 1 and reaps no orphans/g)?.length ?? 0 };
};

export const ORPHANS: readonly Scenario[] = [
  {
    name: `O14 behind the documented ENTRYPOINT ${HELPERS} orphans leave no zombie`,
    play: async () => {
      const init = documentedInit();
      assert.ok(init.length > 0);
      assert.deepEqual(await zombiesBehind(init), { zombies: 0, remarks: 0 });
    },
  },
  {
    name: 'O14 as process 1 without an init in front the wrapper says so once, for the orphans do stay',
    play: async () => {
      const { zombies, remarks } = await zombiesBehind([]);
      assert.deepEqual({ stay: zombies >= HELPERS, remarks }, { stay: true, remarks: 1 });
    },
  },
];
