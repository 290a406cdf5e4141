import { closeSync, fsyncSync, openSync } from 'node:fs';

/** Brings a file, or what a folder says of its files, to the disk. */
export const sync = (path: string): void => {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
};
