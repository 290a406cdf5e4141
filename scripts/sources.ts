import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Source } from './floorRules.ts';

const ROOT = join(import.meta.dirname, '..');

/** Every TypeScript file below src, with its text. */
export const readSources = async (): Promise<readonly Source[]> => {
  const entries = await readdir(join(ROOT, 'src'), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.ts'));
  return Promise.all(
    files.map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      return { path: relative(ROOT, path), text: await readFile(path, 'utf8') };
    }),
  );
};
