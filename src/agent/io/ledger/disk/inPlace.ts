import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeFolder } from './folder.ts';
import { sync } from './sync.ts';
import { isBusy } from './transaction.ts';

type Identity = { readonly ino: bigint; readonly dev: bigint };

/** Which files a connection holds, told by device and inode: their names may be taken away from them at any time. */
export type InPlace = {
  /** Why what is written now would not be found by the next process; undefined as long as it would. */
  readonly displaced: () => string | undefined;
  /** Whether this is the file that was opened. */
  readonly isOurs: (file: Identity) => boolean;
  /** The device that the file lies on. */
  readonly device: bigint | undefined;
};

const SUFFIXES = ['', '-wal'] as const;

const look = (path: string) => statSync(path, { bigint: true, throwIfNoEntry: false });

const isSame = (a: Identity, b: Identity | undefined): boolean => a.ino === b?.ino && a.dev === b.dev;

/** Notes the files of a database that was just opened. It costs two looks at the folder with every commit. */
export const rememberPlace = (file: string): InPlace => {
  const files = SUFFIXES.map((suffix) => ({ path: `${file}${suffix}`, held: look(`${file}${suffix}`) }));
  const [main] = files;
  return {
    device: main?.held?.dev,
    isOurs: (there) => isSame(there, main?.held),
    displaced: () => {
      for (const { path, held } of files) {
        const there = look(path);
        if (there === undefined) return `${path} is gone`;
        if (!isSame(there, held)) return `another file lies in the place of ${path}`;
      }
      return undefined;
    },
  };
};

/** Whether a process holds the database that lies there. */
const isHeld = (file: string): boolean => {
  let db: DatabaseSync | undefined;
  if (!existsSync(file)) return false;
  try {
    db = new DatabaseSync(file, { readOnly: true, timeout: 0 });
    db.prepare('SELECT 1 FROM sqlite_schema').get();
    return false;
  } catch (error) {
    return isBusy(error);
  } finally {
    db?.close();
  }
};

/** All of a ledger that was displaced, on disk beside its place: a process that dies here leaves it for the next one. */
const rescuedOf = (file: string): string => `${file}.rescued`;

const putInPlace = (file: string): void => {
  // A log of the old file would be played into the new one.
  rmSync(`${file}-wal`, { force: true });
  renameSync(rescuedOf(file), file);
  sync(dirname(file));
};

/** Before a ledger is opened that nobody holds: finishes a rescue that was cut off. */
export const finishRescue = (file: string): void => {
  if (existsSync(rescuedOf(file)) && !isHeld(file)) putInPlace(file);
};

/**
 * Writes all that an open connection holds into a new file in its place: what was acknowledged must not go with an inode that
 * has no name any more. A file that somebody put there is handed to `putAside`. Throws when it cannot, or when it must not:
 * another process holds what lies there, or the folder is on another volume, which may be away for a moment only.
 */
export const writeIntoPlace = (
  { db, place }: { readonly db: DatabaseSync; readonly place: InPlace },
  file: string,
  putAside: () => void,
): void => {
  makeFolder(dirname(file));
  const folder = look(dirname(file));
  if (folder?.dev !== place.device)
    throw new Error(`${dirname(file)} is on another volume now: mount the right one again`);
  const there = look(file);
  const isStrange = there !== undefined && !place.isOurs(there);
  if (isStrange && isHeld(file)) throw new Error(`another process holds what lies at ${file} now`);
  rmSync(`${file}.rescuing`, { force: true });
  db.prepare('VACUUM INTO ?').run(`${file}.rescuing`);
  sync(`${file}.rescuing`);
  renameSync(`${file}.rescuing`, rescuedOf(file));
  sync(dirname(file));
  if (isStrange) putAside();
  putInPlace(file);
};
