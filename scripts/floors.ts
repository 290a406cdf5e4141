import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type Source, violationsOf } from './floorRules.ts';

const ROOT = join(import.meta.dirname, '..');

const sources = async (): Promise<readonly Source[]> => {
  const entries = await readdir(join(ROOT, 'src'), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.ts'));
  return Promise.all(
    files.map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      return { path: relative(ROOT, path), text: await readFile(path, 'utf8') };
    }),
  );
};

const all = await sources();
const violations = violationsOf(all);
for (const violation of violations) process.stderr.write(`${violation}\n`);
process.stdout.write(`floors: ${all.length} files, ${violations.length} violations\n`);
process.exitCode = violations.length === 0 ? 0 : 1;
