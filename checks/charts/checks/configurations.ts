import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario } from '../../moved-clock/scenario.ts';
import { expectEqual, expectThat } from '../expect.ts';
import { type Item, type Render, ROOT, WORK } from '../helm.ts';
import { containersOf, podsIn } from '../pods.ts';
import { EXAMPLES, objectsOf } from '../renders.ts';

const PROGRAM = join(process.env['TOLLGATE_DIST'] ?? '', 'tollgate.mjs');

type Checked = {
  readonly ok: boolean;
  readonly warnings?: readonly string[];
  readonly problems?: readonly Item[];
  readonly ignoredVariables?: readonly string[];
};

/**
 * What the agent says of the configuration in a render, sealed as it is at /etc/tollgate, in the environment that its
 * container has.
 */
const checked = (render: Render): Checked => {
  const items = objectsOf(render);
  const map = items.find(({ kind }) => kind === 'ConfigMap');
  const data = (map?.['data'] ?? {}) as Readonly<Record<string, string>>;
  const folder = mkdtempSync(join(WORK, 'config-'));
  for (const [name, text] of Object.entries(data)) writeFileSync(join(folder, name), text);
  const file = join(folder, 'tollgate.yaml');
  const text = data['tollgate.yaml'] ?? '';
  writeFileSync(file, /^sealed:/m.test(text) ? text : `sealed: true\n${text}`);
  const agent = podsIn(items)
    .flatMap(containersOf)
    .find(({ args }) => ['run', 'register'].includes(args?.[0] ?? ''));
  const variables = (agent?.env ?? []).flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]]));
  const env = { PATH: process.env['PATH'], ...Object.fromEntries(variables) };
  const said = spawnSync(process.execPath, [PROGRAM, 'config', 'check', '--json', '--config', file], {
    cwd: ROOT,
    env,
    encoding: 'utf8',
  });
  return JSON.parse(said.stdout) as Checked;
};

const SOLD = {
  product: { code: '4w1vgsrkqdkypbz43g7qkk4uz' },
  dimensions: { pages: { meter: 'sum', per: 1_000_000 } },
};

export const CONFIGURATIONS: readonly Scenario[] = [
  ...EXAMPLES.map((chart) => ({
    name: `the agent takes the configuration of ${chart}`,
    play: async () => {
      const { ok, problems, warnings = [] } = checked({ chart });
      expectThat(ok, JSON.stringify(problems));
      expectEqual(
        warnings.filter((warning) => !warning.includes('YOUR-PRODUCT-CODE')),
        [],
        'warnings',
      );
    },
  })),
  {
    name: 'the agent takes what a pod of its own is told, numbers as they were written',
    play: async () => {
      const render = {
        chart: 'charts/tollgate',
        values: { config: SOLD, logLevel: 'debug', settings: { 'shutdown.grace': '40s' } },
      };
      const { ok, problems, warnings, ignoredVariables } = checked(render);
      expectThat(ok, JSON.stringify(problems));
      expectEqual([warnings, ignoredVariables], [[], []], 'warnings and ignored variables');
      const map = objectsOf(render).find(({ kind }) => kind === 'ConfigMap') as
        | { data: Record<string, string> }
        | undefined;
      expectThat(map?.data['tollgate.yaml']?.includes('per: 1000000\n') === true, 'per is another number');
    },
  },
  {
    name: 'the agent takes what replicas with a standby are told',
    play: async () => {
      const { ok, problems, warnings } = checked({
        chart: 'charts/tollgate',
        values: { config: { ...SOLD, platform: 'eks' }, standby: { enabled: true } },
      });
      expectThat(ok, JSON.stringify(problems));
      expectEqual(warnings, [], 'warnings');
    },
  },
  {
    name: 'without values the agent says what is missing',
    play: async () => {
      const { ok, problems = [] } = checked({ chart: 'charts/tollgate' });
      expectEqual([ok, problems.map(({ path }) => path)], [false, ['product.pricing']], 'problems');
    },
  },
];
