import { copyFileSync, globSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BundledPackage } from './bundled.ts';
import type { DebianPackage } from './debian.ts';

/** Node's licence, from where it lies beside the program: in its archive and the official image, and in the npm package. */
const nodeLicense = (program: string): string => {
  const above = join(program, '..', '..');
  const [found] = globSync(['LICENSE', 'node_modules/node-*/LICENSE'], { cwd: above });
  if (found === undefined) throw new Error(`Node's LICENSE is not below ${above}: take Node from its archive or npm`);
  return join(above, found);
};

export type Licensed = {
  readonly root: string;
  readonly node: string;
  readonly debian: readonly DebianPackage[];
  readonly bundled: readonly BundledPackage[];
};

/** Writes the texts that go with what was copied, a folder for each part. */
export const writeLicenses = (folder: string, { root, node, debian, bundled }: Licensed): void => {
  const place = (part: string): string => {
    const path = join(folder, part);
    mkdirSync(path, { recursive: true });
    return path;
  };
  copyFileSync(join(root, 'LICENSE'), join(place('tollgate'), 'LICENSE'));
  copyFileSync(nodeLicense(node), join(place('node'), 'LICENSE'));
  for (const { name, copyright } of debian) writeFileSync(join(place(name), 'copyright'), copyright);
  for (const { name, version, license, texts } of bundled) {
    const to = place(join('npm', `${name}@${version}`));
    for (const [file, text] of texts) writeFileSync(join(to, file), text);
    if (texts.size === 0) writeFileSync(join(to, 'LICENSE'), `${name} ${version}: ${license}\n`);
  }
};
