import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { madeFiles } from './charts/files.ts';

const root = join(import.meta.dirname, '..');

for (const { path, text } of await madeFiles(root)) {
  await writeFile(join(root, path), text);
  process.stdout.write(`${path}\n`);
}
