import type { DatabaseSync } from 'node:sqlite';

/** Single values of the ledger by name. */
export type Meta = {
  readonly get: (key: string) => string | undefined;
  readonly set: (key: string, value: string | undefined) => void;
};

export const makeMeta = (db: DatabaseSync): Meta => {
  const select = db.prepare('SELECT value FROM meta WHERE key = ?');
  const upsert = db.prepare('INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value');
  const remove = db.prepare('DELETE FROM meta WHERE key = ?');
  return {
    get: (key) => select.get(key)?.['value'] as string | undefined,
    set: (key, value) => {
      if (value === undefined) remove.run(key);
      else upsert.run(key, value);
    },
  };
};
