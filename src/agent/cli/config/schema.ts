import { defineCommand } from 'citty';
import { jsonSchema } from '../../core/configuration/schema/jsonSchema.ts';

export const schema = defineCommand({
  meta: { name: 'schema', description: 'Prints the configuration as JSON Schema (draft-7), for editors and charts' },
  run: () => {
    process.stdout.write(`${JSON.stringify(jsonSchema(), null, 2)}\n`);
  },
});
