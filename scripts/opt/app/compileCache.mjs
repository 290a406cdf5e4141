import { readdirSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '..', 'cache');

/**
 * Lets Node take what it compiled when the folder was made. Its cache belongs to one user, whose number ends the name of
 * the folder. For another user there is none, and none is made: this folder is not written to when the program runs.
 *
 * By this call and not by NODE_COMPILE_CACHE, which the product would inherit.
 */
export const useCompileCache = () => {
  try {
    if (readdirSync(FOLDER).some((name) => name.endsWith(`-${process.getuid?.()}`))) enableCompileCache(FOLDER);
  } catch {
    // Without the folder the start takes some milliseconds longer.
  }
};
