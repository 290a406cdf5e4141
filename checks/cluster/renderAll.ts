import { writeFileSync } from 'node:fs';
import type { Item, Render } from '../charts/helm.ts';
import { ALL_SWITCHES, EVERYTHING, INSTALLABLE, objectsOf } from '../charts/renders.ts';

export type Rendered = { readonly name: string; readonly namespace: string; readonly objects: readonly Item[] };

/**
 * renderAll.ts FILE: every chart and example as it is, and with each of its values changed, each in a namespace of its own;
 * what was rendered before is left out.
 */
const [to = ''] = process.argv.slice(2);
const renders: readonly (Render & { readonly name: string })[] = [
  ...INSTALLABLE.map((chart) => ({ name: chart, chart })),
  { name: 'charts/tollgate with everything', chart: 'charts/tollgate', values: EVERYTHING },
  ...ALL_SWITCHES.map(({ after, path }) => ({ ...after, name: `${after.chart} with another ${path}` })),
];
const seen = new Set<string>();
/** Most of what a value does not change is the same as before, and needs not be asked about again. */
const isNew = (object: Item, namespace: string): boolean => {
  const text = JSON.stringify(object).replaceAll(JSON.stringify(namespace), '""');
  return !seen.has(text) && seen.add(text) !== undefined;
};

const all: readonly Rendered[] = renders.map(({ name, ...render }, index) => {
  const namespace = `r${index}`;
  const objects = objectsOf({ ...render, args: [...(render.args ?? []), '--namespace', namespace] });
  return { name, namespace, objects: objects.filter((object) => isNew(object, namespace)) };
});
writeFileSync(to, JSON.stringify(all));
