import type { DatabaseSync } from 'node:sqlite';
import { TollgateError } from '../../../core/errors.ts';
import { EXIT } from '../../../core/exitCode.ts';
import { MIGRATIONS } from './migrations.ts';

export const SCHEMA_VERSION = MIGRATIONS.length;

/** Tables that every version of ours has. */
const OURS = ['meta', 'dimension', 'open_hour', 'record'];

/** Whether the file is a database that somebody else made: it has tables, and they are not ours. */
export const isForeign = (db: DatabaseSync): boolean => {
  const names = db
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`)
    .all()
    .map(({ name }) => String(name));
  const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
  return (names.length > 0 || version > 0) && !(version > 0 && OURS.every((table) => names.includes(table)));
};

/** Brings a new or older ledger to this version, in one transaction. A newer one is refused untouched. */
export const migrate = (db: DatabaseSync, file: string): void => {
  const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
  if (version > SCHEMA_VERSION) {
    throw new TollgateError(
      'ledger_newer',
      `the ledger ${file} was written by a newer Tollgate (schema ${version}, this one knows ${SCHEMA_VERSION})`,
      {
        remedy: 'run the newer version again; nothing was changed',
        exitCode: EXIT.ledger,
      },
    );
  }
  if (version === SCHEMA_VERSION) return;
  db.exec('BEGIN IMMEDIATE');
  for (const migration of MIGRATIONS.slice(version)) db.exec(migration);
  db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  db.exec('COMMIT');
};
