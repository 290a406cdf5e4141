import { defineCommand } from 'citty';
import { VERSION } from '../core/version.ts';

export const version = defineCommand({
  meta: { name: 'version', description: 'Prints the version of this program and of its runtime.' },
  args: { json: { type: 'boolean', description: 'One JSON object on stdout.' } },
  run: ({ args }) => {
    const { node } = process.versions;
    process.stdout.write(
      args.json ? `${JSON.stringify({ schema: 1, version: VERSION, node })}\n` : `tollgate ${VERSION} (node ${node})\n`,
    );
  },
});
