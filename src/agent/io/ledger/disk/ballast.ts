import { closeSync, existsSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const SIZE = 256 * 1024;

/** A file that only takes room: when the disk is full it is thrown out, so that outcomes can still be written. */
export type Ballast = { readonly drop: () => boolean; readonly takeIn: () => void };

export const makeBallast = (folder: string): Ballast => {
  const path = join(folder, 'ballast');
  return {
    drop: () => {
      if (!existsSync(path)) return false;
      rmSync(path, { force: true });
      return true;
    },
    takeIn: () => {
      if (existsSync(path)) return;
      try {
        const file = openSync(path, 'wx', 0o600);
        try {
          writeSync(file, Buffer.alloc(SIZE, 1));
          fsyncSync(file);
        } finally {
          closeSync(file);
        }
      } catch {
        // No room for it now: the next tick tries again.
        rmSync(path, { force: true });
      }
    },
  };
};
