import { copyFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from '../bundle.ts';
import { bundledPackages } from './bundled.ts';
import { distribution } from './debian.ts';
import { writeLicenses } from './licenses.ts';
import { copyRuntime } from './runtime.ts';
import { billOfMaterials } from './sbom.ts';
import { printed } from './tools.ts';

const PARTS = import.meta.dirname;
const ROOT = join(PARTS, '..', '..');

/**
 * Fills a folder, which is empty or not there yet, with what belongs to /opt/tollgate:
 *
 *     bin/tollgate     static; starts app/tollgate.mjs on bin/node
 *     bin/node         with the loader of lib/ and nothing else
 *     bin/tini         static
 *     lib/             the loader and the libraries of Node
 *     app/             the program
 *     licenses/        of everything in it
 *     sbom.cdx.json    what is in it, CycloneDX
 */
export const fill = async (folder: string): Promise<void> => {
  // Everybody reads it, whatever the umask of the build.
  process.umask(0o022);
  mkdirSync(folder, { recursive: true });
  const app = join(folder, 'app');
  const agent = join(app, 'agent');
  const metafiles = await build(agent, ['agent']);
  if (metafiles['agent'] === undefined) throw new Error('the program was not bundled');
  // What stands between Node and the bundle, in the place where the bundle looks for its thread.
  renameSync(join(agent, 'worker.mjs'), join(agent, 'thread.mjs'));
  for (const name of ['tollgate.mjs', 'compileCache.mjs']) copyFileSync(join(PARTS, 'app', name), join(app, name));
  copyFileSync(join(PARTS, 'app', 'worker.mjs'), join(agent, 'worker.mjs'));

  const debian = copyRuntime(folder);
  printed('cc', '-static', '-s', '-Os', '-Wall', '-o', join(folder, 'bin', 'tollgate'), join(PARTS, 'launcher.c'));

  const { version, license } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const bundled = bundledPackages(ROOT, metafiles['agent']);
  writeLicenses(join(folder, 'licenses'), { root: ROOT, node: process.execPath, debian, bundled });
  const bill = billOfMaterials({
    version,
    license,
    bundled,
    debian,
    distribution: distribution(),
    node: process.versions,
  });
  writeFileSync(join(folder, 'sbom.cdx.json'), `${JSON.stringify(bill, undefined, 2)}\n`);
};
