import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from '../../scripts/bundle.ts';

const LEAST = [24, 15] as const;

/** The tests drive the programs that ship: they are bundled once, into a folder of this run's own. */
const globalSetup = async (): Promise<void> => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < LEAST[0] || (major === LEAST[0] && minor < LEAST[1])) {
    throw new Error(
      `Node ${process.versions.node} runs the tests, ${LEAST.join('.')} is the least: run them by "npm test" after "npm ci" with install scripts allowed.`,
    );
  }
  // Whatever tests and the programs they start leave in the folder for temporary files goes with it.
  const folder = await mkdtemp(join(tmpdir(), 'tg-'));
  // Some tests run programs as another user.
  await chmod(folder, 0o755);
  process.env.TMPDIR = folder;
  process.env.TOLLGATE_DIST = join(folder, 'dist');
  await build(process.env.TOLLGATE_DIST);
};

// biome-ignore lint/style/noDefaultExport: jest asks for one
export default globalSetup;
