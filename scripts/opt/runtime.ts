import { chmodSync, copyFileSync, mkdirSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type DebianPackage, packageOf } from './debian.ts';
import { printed } from './tools.ts';

/** Where the folder lies in the end: the loader's path is written into Node, so that it works nowhere else. */
export const PREFIX = '/opt/tollgate';

const copyProgram = (from: string, to: string): void => {
  copyFileSync(from, to);
  chmodSync(to, 0o755);
};

/** The libraries that Node loads here: the name it asks for, and the file. */
const librariesOf = (loader: string, program: string): ReadonlyMap<string, string> => {
  const lines = printed(loader, '--list', program).split('\n');
  const found = lines.flatMap((line): [string, string][] => {
    const [, name, path] = /^\s*(\S+) => (\/\S+) \(/.exec(line) ?? [];
    return name === undefined || path === undefined ? [] : [[name, realpathSync(path)]];
  });
  const missing = printed('patchelf', '--print-needed', program)
    .split('\n')
    .filter((name) => !found.some(([other]) => other === name) && name !== basename(loader));
  if (missing.length > 0) throw new Error(`libraries of ${program} are not to be found: ${missing.join(', ')}`);
  return new Map(found);
};

/**
 * Node with its own loader and libraries, which starts where there is another C library or none. DT_RPATH rather than
 * DT_RUNPATH: it comes before an LD_LIBRARY_PATH that the image has for its own programs.
 */
const copyNode = (program: string, folder: string): readonly string[] => {
  const loader = printed('patchelf', '--print-interpreter', program);
  const libraries = librariesOf(loader, program);
  const node = join(folder, 'bin', 'node');
  printed('strip', '-o', node, program);
  const library = join(PREFIX, 'lib');
  printed('patchelf', '--set-interpreter', join(library, basename(loader)), node);
  printed('patchelf', '--force-rpath', '--set-rpath', library, node);
  chmodSync(node, 0o755);
  for (const [name, path] of [[basename(loader), loader], ...libraries] as const)
    copyProgram(path, join(folder, 'lib', name));
  return [realpathSync(loader), ...libraries.values()];
};

/** Debian's, which is linked statically. */
const TINI = '/usr/bin/tini-static';

/** Fills bin/ and lib/ with Node (the one that runs this) and tini; returns the Debian packages that files came from. */
export const copyRuntime = (folder: string): readonly DebianPackage[] => {
  for (const name of ['bin', 'lib']) mkdirSync(join(folder, name));
  const files = [...copyNode(realpathSync(process.execPath), folder), TINI];
  copyProgram(TINI, join(folder, 'bin', 'tini'));
  const packages = new Map(files.map(packageOf).map((found) => [found.name, found]));
  return [...packages.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
};
