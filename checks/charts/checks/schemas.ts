import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario } from '../../moved-clock/scenario.ts';
import { expectNone, expectThat } from '../expect.ts';
import { run, WORK } from '../helm.ts';
import { ALL_SWITCHES, EVERYTHING, INSTALLABLE, rendered, VALUES } from '../renders.ts';

const VERSIONS = '1.31,1.36';

let count = 0;
const kept = (text: string): string => {
  count += 1;
  const file = join(WORK, `rendered-${count}.yaml`);
  writeFileSync(file, text);
  return file;
};

const validate = (texts: readonly string[]) =>
  run(process.env['PYTHON'] ?? 'python3', [join(import.meta.dirname, '../validate.py'), VERSIONS, ...texts.map(kept)]);

export const SCHEMAS: readonly Scenario[] = [
  {
    name: `all that is rendered fits Kubernetes ${VERSIONS}, strictly`,
    play: async () => {
      const renders = [
        ...INSTALLABLE.map((chart) => ({ chart })),
        { chart: 'charts/tollgate', values: EVERYTHING },
        ...VALUES,
        ...ALL_SWITCHES.map(({ after }) => after),
      ];
      const unlike = new Set(renders.flatMap((render) => rendered(render).split(/^---$/m)));
      const { ok, out, err } = validate([[...unlike].join('\n---\n')]);
      expectNone(out.split('\n').filter((line) => line !== ''));
      expectThat(ok, err);
    },
  },
  {
    name: 'the strict schemas find a misspelt field',
    play: async () => {
      const { ok, out } = validate([rendered({ chart: 'charts/tollgate' }).replace('periodSeconds', 'periodSecond')]);
      expectThat(!ok && out.includes('periodSecond'), out);
    },
  },
];
