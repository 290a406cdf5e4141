import { chmodSync, copyFileSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from '../bundle.ts';
import { bundledPackages } from './bundled.ts';
import { distribution } from './debian.ts';
import { writeLicenses } from './licenses.ts';
import { copyRuntime } from './runtime.ts';
import { billOfMaterials } from './sbom.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/**
 * Fills a folder, which is empty or not there yet, with what belongs to /opt/tollgate:
 *
 *     bin/tollgate     leads to app/tollgate.mjs
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
  const beside = join(import.meta.dirname, 'app');
  for (const name of ['tollgate.mjs', 'compileCache.mjs']) copyFileSync(join(beside, name), join(app, name));
  copyFileSync(join(beside, 'worker.mjs'), join(agent, 'worker.mjs'));

  const debian = copyRuntime(folder);
  symlinkSync('../app/tollgate.mjs', join(folder, 'bin', 'tollgate'));
  chmodSync(join(app, 'tollgate.mjs'), 0o755);

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
