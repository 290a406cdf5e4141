import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentedValues } from '../../../scripts/charts/values.ts';
import type { Scenario } from '../../moved-clock/scenario.ts';
import { expectEqual, expectNone, expectThat } from '../expect.ts';
import { changed, expectGolden } from '../golden.ts';
import { HELMS, helm, ROOT, template, type Values, WORK, withoutBlanks } from '../helm.ts';
import { ALL_SWITCHES, EVERYTHING, INSTALLABLE, rendered, VALUES } from '../renders.ts';
import { SWITCHES, WITHOUT_EFFECT } from '../switches.ts';

const fileOf = (chart: string): string => chart.split('/').at(-1) ?? chart;

const whole: readonly Scenario[] = [
  ...INSTALLABLE.map((chart) => ({ name: fileOf(chart), render: { chart } })),
  { name: 'tollgate-everything', render: { chart: 'charts/tollgate', values: EVERYTHING } },
  {
    name: 'usage-any-cluster-1.28',
    render: { chart: 'examples/charts/usage-any-cluster', args: ['--kube-version', 'v1.28.9-eks-1'] },
  },
].map(({ name, render }) => ({
  name: `Helm 4 and 3 render ${name} as it is kept`,
  play: async () => {
    const [four, three] = HELMS.map((which) => withoutBlanks(rendered(render, which))) as [string, string];
    expectEqual(changed(four, three), '', 'Helm 3 differs');
    expectGolden(`${name}.yaml`, four);
  },
}));

const values: Scenario = {
  name: 'the values of every kind of buyer change what is rendered, as it is kept',
  play: async () => {
    const lines = VALUES.flatMap((render) => {
      const difference = changed(withoutBlanks(rendered({ chart: render.chart })), withoutBlanks(rendered(render)));
      expectThat(difference !== '', `${render.chart} ${JSON.stringify(render.values)} changes nothing`);
      return [`# ${render.chart} ${JSON.stringify(render.values)}`, difference];
    });
    expectGolden('examples-values.txt', lines.join('\n'));
  },
};

const everySwitch: Scenario = {
  name: 'every value changes what is rendered, as it is kept',
  play: async () => {
    const told = new Map<string, string[]>();
    for (const { chart, path, before, after } of ALL_SWITCHES) {
      const difference = changed(withoutBlanks(rendered(before)), withoutBlanks(rendered(after)));
      expectThat(difference !== '', `${chart}: ${path} changes nothing`);
      told.set(chart, [...(told.get(chart) ?? []), `# ${path}`, difference]);
    }
    for (const [chart, lines] of told) expectGolden(`${chart}-values.txt`, lines.join('\n'));
  },
};

const noneForgotten: Scenario = {
  name: 'every documented value is tried',
  play: async () => {
    for (const chart of ['tollgate', 'tollgate-lib'] as const) {
      const text = readFileSync(join(ROOT, 'charts', chart, 'values.yaml'), 'utf8');
      const missing = documentedValues(text)
        .map(({ path }) => path.join('.'))
        .filter((path) => SWITCHES[chart][path] === undefined && !WITHOUT_EFFECT.includes(path));
      expectNone(missing, `${chart}: not in switches.ts`);
    }
  },
};

const notesFor = (values: Values): string => {
  const file = join(WORK, 'notes.json');
  writeFileSync(file, JSON.stringify(values));
  const args = ['install', 'acme', 'charts/tollgate', '--namespace', 'shop', '--dry-run=client', '--values', file];
  const { ok, out, err } = helm('helm4', args);
  expectThat(ok, err);
  return out.slice(out.indexOf('\nNOTES:\n') + 1);
};

const SOLD = { product: { code: '4w1vgsrkqdkypbz43g7qkk4uz' }, dimensions: { pages: { meter: 'sum' } } };

const notes: Scenario = {
  name: 'the notes of an install say where things are, and warn of placeholders',
  play: async () => {
    expectGolden('tollgate-notes.txt', notesFor({}));
    const ready = notesFor({ config: SOLD, doorToken: { existingSecret: 'acme-door' } });
    expectThat(ready.includes('Secret acme-door') && !/WARNING|create secret/.test(ready), ready);
    expectThat(!notesFor({ existingConfigMap: 'own' }).includes('WARNING'), 'a warning of what is not seen');
    const volatile = notesFor({ config: SOLD, persistence: { enabled: false } });
    expectThat(volatile.includes('[WARNING] persistence.enabled is false'), volatile);
  },
};

const addOnVersion: Scenario = {
  name: "AWS's own k8version is taken, and changes nothing; any other unknown value is refused",
  play: async () => {
    const plain = rendered({ chart: 'charts/tollgate' });
    const told = rendered({ chart: 'charts/tollgate', args: ['--set', 'k8version=1.33'] });
    expectEqual(changed(plain, told), '', 'k8version');
    for (const which of HELMS) {
      const { ok, err } = template({ chart: 'charts/tollgate', values: { k8sversion: '1' } }, which);
      expectThat(!ok && err.includes('k8sversion'), `${which}: ${err}`);
    }
  },
};

export const OUTPUT: readonly Scenario[] = [...whole, values, everySwitch, noneForgotten, notes, addOnVersion];
