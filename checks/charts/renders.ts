import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { expectThat } from './expect.ts';
import { type Item, objectsIn, type Render, ROOT, template, type Values } from './helm.ts';
import { merged, SWITCHES, type Switch, withValue } from './switches.ts';

export const CHARTS = ['charts/tollgate', 'charts/tollgate-lib'] as const;
export const EXAMPLES: readonly string[] = readdirSync(join(ROOT, 'examples/charts'))
  .sort()
  .map((name) => `examples/charts/${name}`);
/** A buyer's values for an example: its name comes first in that of the file. */
export const VALUES: readonly Render[] = readdirSync(join(ROOT, 'examples/values'))
  .sort()
  .map((name) => ({
    chart: `examples/charts/${name.split('.')[0]}`,
    values: parse(readFileSync(join(ROOT, 'examples/values', name), 'utf8')) as Values,
  }));
/** What can be installed. */
export const INSTALLABLE: readonly string[] = ['charts/tollgate', ...EXAMPLES];

/** The output of a render that must succeed. */
export const rendered = (render: Render, which?: 'helm3' | 'helm4'): string => {
  const { ok, out, err } = template(render, which);
  expectThat(ok, `${render.chart} ${JSON.stringify(render.values ?? {})}: ${err}`);
  return out;
};

export const objectsOf = (render: Render): readonly Item[] => objectsIn(rendered(render));

/** Where a chart's values are seen: the library's in an example that imports it. */
const SEEN_IN = {
  tollgate: { chart: 'charts/tollgate', under: undefined },
  'tollgate-lib': { chart: 'examples/charts/usage-sidecar', under: 'tollgate' },
} as const;

export type SwitchRender = {
  readonly chart: keyof typeof SWITCHES;
  readonly path: string;
  /** Without the value, and with it. */
  readonly before: Render;
  readonly after: Render;
};

const rendersOf = (
  chart: keyof typeof SWITCHES,
  path: string,
  { value, with: also = {}, in: other }: Switch,
): SwitchRender => {
  const { chart: usual, under } = SEEN_IN[chart];
  const folder = other ?? usual;
  const placed = (values: Values): Values => (under === undefined ? values : { [under]: values });
  const keys = path.split('.');
  return {
    chart,
    path,
    before: { chart: folder, values: placed(also) },
    after: { chart: folder, values: placed(withValue(merged({}, also), keys, value)) },
  };
};

/** Every value of both charts, changed by itself. */
export const ALL_SWITCHES: readonly SwitchRender[] = (['tollgate', 'tollgate-lib'] as const).flatMap((chart) =>
  Object.entries(SWITCHES[chart]).map(([path, one]) => rendersOf(chart, path, one)),
);

/** Everything that can be on at once, on. */
export const EVERYTHING: Values = Object.entries(SWITCHES.tollgate)
  .filter(
    ([path]) =>
      !['existingConfigMap', 'persistence.enabled', 'persistence.existingClaim', 'standby.enabled'].includes(path),
  )
  .reduce<Values>(
    (all, [path, { value, with: also = {} }]) => merged(merged(all, also), withValue({}, path.split('.'), value)),
    {},
  );
