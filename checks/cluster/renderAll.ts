import { writeFileSync } from 'node:fs';
import type { Item, Render } from '../charts/helm.ts';
import { ALL_SWITCHES, EVERYTHING, INSTALLABLE, objectsOf } from '../charts/renders.ts';

export type Rendered = { readonly name: string; readonly namespace: string; readonly objects: readonly Item[] };

/** renderAll.ts FILE: every chart and example as it is, and with each of its values changed, each in a namespace of its own. */
const [to = ''] = process.argv.slice(2);
const renders: readonly (Render & { readonly name: string })[] = [
  ...INSTALLABLE.map((chart) => ({ name: chart, chart })),
  { name: 'charts/tollgate with everything', chart: 'charts/tollgate', values: EVERYTHING },
  ...ALL_SWITCHES.map(({ after, path }) => ({ ...after, name: `${after.chart} with another ${path}` })),
];
const all: readonly Rendered[] = renders.map(({ name, ...render }, index) => {
  const namespace = `r${index}`;
  return {
    name,
    namespace,
    objects: objectsOf({ ...render, args: [...(render.args ?? []), '--namespace', namespace] }),
  };
});
writeFileSync(to, JSON.stringify(all));
