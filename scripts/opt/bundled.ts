import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** An npm package some of whose code is in the bundle. */
export type BundledPackage = {
  readonly name: string;
  readonly version: string;
  /** As its package.json says: an SPDX expression. */
  readonly license: string;
  /** The texts of its licence and notice files, by their names. */
  readonly texts: ReadonlyMap<string, string>;
};

const LEGAL = /^(licen[cs]e|copying|notice)/i;

const read = (folder: string): BundledPackage => {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (typeof license !== 'string') throw new Error(`${folder}/package.json names no licence`);
  const files = readdirSync(folder).filter((file) => LEGAL.test(file));
  return {
    name,
    version,
    license,
    texts: new Map(files.map((file) => [file, readFileSync(join(folder, file), 'utf8')])),
  };
};

const FOLDER = /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;

/** The packages whose code is in the outputs, by name and version. Inputs that were shaken out whole are left out. */
export const bundledPackages = (root: string, { outputs }: Metafile): readonly BundledPackage[] => {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  const folders = new Set(
    inputs.flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? (FOLDER.exec(path)?.[0] ?? []) : [])),
  );
  const packages = [...folders].map((folder) => read(join(root, folder)));
  const unique = new Map(packages.map((found) => [`${found.name}@${found.version}`, found]));
  return [...unique.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, found]) => found);
};
