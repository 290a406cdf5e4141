import { rm } from 'node:fs/promises';

/** Removes what the set-up made, and all that the tests left there. */
const globalTeardown = async (): Promise<void> => {
  const folder = process.env.TMPDIR;
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
};

// biome-ignore lint/style/noDefaultExport: jest asks for one
export default globalTeardown;
