import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from '@jest/globals';
import { migrate, SCHEMA_VERSION } from '../../../src/agent/io/ledger/disk/schema.ts';
import { newFolder, openIn } from '../../support/ledgerOnDisk.ts';
import { sumOf } from '../../support/tollWorld.ts';

const fixture = (name: string): string => readFileSync(join(import.meta.dirname, 'migration', name), 'utf8');

/** A folder with a ledger as version 1 left it. */
const folderOfVersion1 = (): string => {
  const folder = newFolder();
  const db = new DatabaseSync(join(folder, 'ledger.db'));
  db.exec(fixture('schema1.sql'));
  db.close();
  return folder;
};

const dump = (db: DatabaseSync): string =>
  JSON.stringify(
    db
      .prepare(`SELECT name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY name`)
      .all()
      .map(({ name, sql }) => [name, sql, db.prepare(`SELECT * FROM ${name}`).all()]),
  );

test('a ledger of the first version is brought to this one with every figure', async () => {
  const folder = folderOfVersion1();
  const dimensions = ['requests', 'sevenths', 'decimal'].map((name) => sumOf(name));
  const ledger = await openIn(folder, { dimensions });
  const before = JSON.parse(fixture('schema1.lines.json')) as Record<string, unknown>[];
  const after = [...ledger.books.lines()];
  expect(after).toHaveLength(before.length);
  for (const [index, line] of before.entries()) expect(after[index]).toMatchObject(line);
  expect(ledger.books.check()).toMatchObject({ ok: true, findings: [] });
  expect(ledger.reading().overview.losses).toEqual([]);
  ledger.close();
  const db = new DatabaseSync(join(folder, 'ledger.db'));
  expect(db.prepare('PRAGMA user_version').get()?.['user_version']).toBe(SCHEMA_VERSION);
  db.close();
});

/** Fails at one statement, as a process that is killed there. */
const dyingAt = (db: DatabaseSync, statement: number): DatabaseSync => {
  let count = 0;
  return new Proxy(db, {
    get: (target, name) => {
      if (name === 'exec') {
        return (sql: string) => {
          if (count === statement) throw new Error('killed');
          count += 1;
          target.exec(sql);
        };
      }
      const value = Reflect.get(target, name) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
};

test('a migration that is killed anywhere leaves the old version as it was, and the next start brings it over', () => {
  const folder = folderOfVersion1();
  const file = join(folder, 'ledger.db');
  let deaths = 0;
  for (let statement = 1; ; statement += 1) {
    const db = new DatabaseSync(file);
    const before = dump(db);
    try {
      migrate(dyingAt(db, statement), file);
      db.close();
      break;
    } catch (error) {
      expect(error).toMatchObject({ message: 'killed' });
      deaths += 1;
    }
    db.close();
    const again = new DatabaseSync(file);
    expect(again.prepare('PRAGMA user_version').get()?.['user_version']).toBe(1);
    expect(dump(again)).toBe(before);
    again.close();
  }
  // Each step, the mark and the commit: at all of them it died once.
  expect(deaths).toBe(SCHEMA_VERSION - 1 + 2);
});

test('of a dimension that was a sum and a maximum in an old ledger units are proven, its raw counts are not', async () => {
  const folder = folderOfVersion1();
  const db = new DatabaseSync(join(folder, 'ledger.db'));
  db.exec(
    `UPDATE record SET definition = replace(definition, '"sum"', '"max"')
     WHERE token = (SELECT token FROM record WHERE dimension = 'requests' ORDER BY serial LIMIT 1)`,
  );
  db.close();
  const ledger = await openIn(folder, { dimensions: [sumOf('requests')] });
  const { findings, accounts } = ledger.books.check();
  expect(findings).toEqual([]);
  expect(accounts.map(({ dimension, provable }) => [dimension, provable])).toEqual(
    expect.arrayContaining([
      ['requests', false],
      ['decimal', true],
    ]),
  );
  ledger.close();
});
