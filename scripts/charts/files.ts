import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addOnSchema } from './addOn.ts';
import { withValues } from './readme.ts';
import { CHART_NAMES, type ChartName, valuesSchema } from './schemas.ts';
import { documentedValues } from './values.ts';

/** A file that is made of others. */
export type Made = { readonly path: string; readonly text: string };

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const filesOf = async (root: string, chart: ChartName): Promise<readonly Made[]> => {
  const folder = join('charts', chart);
  const read = (name: string) => readFile(join(root, folder, name), 'utf8');
  const values = documentedValues(await read('values.yaml'));
  const schema = valuesSchema(chart, values);
  const addOn = { path: join(folder, 'aws_mp_configuration_schema.json'), text: json(addOnSchema(schema, values)) };
  return [
    { path: join(folder, 'values.schema.json'), text: json(schema) },
    { path: join(folder, 'README.md'), text: withValues(await read('README.md'), values) },
    ...(chart === 'tollgate' ? [addOn] : []),
  ];
};

/** What is made of the charts' values.yaml and of the configuration's schema: JSON Schemas, and tables of values. */
export const madeFiles = async (root: string): Promise<readonly Made[]> =>
  (await Promise.all(CHART_NAMES.map((chart) => filesOf(root, chart)))).flat();
