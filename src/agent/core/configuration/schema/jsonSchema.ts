import * as z from 'zod';
import { MOST_DIMENSIONS } from './dimension.ts';
import { schema } from './schema.ts';

type Json = Record<string, unknown>;

const inside = (json: Json, key: string): Json => {
  const properties = json['properties'] as Record<string, Json> | undefined;
  return properties?.[key] ?? {};
};

/** The configuration as JSON Schema draft-7, for editors and charts. What depends on several settings is only judged by `tollgate config check`. */
export const jsonSchema = (): Json => {
  const { $schema, ...json }: Json = z.toJSONSchema(schema, { target: 'draft-7', io: 'input', unrepresentable: 'any' });
  Object.assign(inside(json, 'dimensions'), { maxProperties: MOST_DIMENSIONS });
  // A product without a code cannot be; the default is there only so that one problem names the code itself.
  delete inside(json, 'product')['default'];
  return { $schema, title: 'Configuration of Tollgate', ...json, required: ['product'] };
};
