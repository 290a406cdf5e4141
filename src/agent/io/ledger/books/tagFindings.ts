import type { DatabaseSync } from 'node:sqlite';
import type { Account } from '../../../core/record/audit.ts';
import { read, taggedOf } from '../../../core/tags/shares.ts';
import { format, type Hour } from '../../../core/time/hour.ts';
import * as quantity from '../../../core/usage/quantity.ts';
import { makeTagShares } from '../rows/tagShares.ts';

const exceeds = (part: quantity.Quantity, whole: quantity.Quantity): boolean => quantity.compare(part, whole) > 0;

/**
 * Tag sets must add up to what they are parts of: allocations to their record's quantity, balances to the carry; tags of
 * units that were moved or held name at most all of them.
 */
export const tagFindings = (db: DatabaseSync, accounts: readonly Account[]): readonly string[] => {
  const findings: string[] = [];
  const allocated = db.prepare(
    'SELECT hour, dimension, quantity, shares FROM allocation JOIN record USING (token) ORDER BY serial',
  );
  for (const row of allocated.iterate()) {
    const sum = taggedOf(read(String(row['shares'])));
    if (!quantity.equal(sum, quantity.read(String(row['quantity'])))) {
      findings.push(
        `record ${format(Number(row['hour']) as Hour)} ${row['dimension']}: its allocations sum to ${quantity.format(sum)}, not to ${row['quantity']}`,
      );
    }
  }
  const balances = db.prepare('SELECT owed FROM balance WHERE dimension = ?');
  for (const { dimension, carry } of accounts) {
    const rows = balances.all(dimension);
    const sum = quantity.sum(rows.map(({ owed }) => quantity.read(String(owed))));
    if (rows.length > 0 && !quantity.equal(sum, carry)) {
      findings.push(
        `${dimension}: its tag sets are owed ${quantity.format(sum)} together, but ${quantity.format(carry)} is carried`,
      );
    }
  }
  const { movedTo } = makeTagShares(db);
  for (const row of db.prepare('SELECT dimension, hour, moved FROM open_hour').all()) {
    const [dimension, hour] = [String(row['dimension']), Number(row['hour']) as Hour];
    if (exceeds(taggedOf(movedTo(dimension, hour)), quantity.read(String(row['moved'])))) {
      findings.push(`${dimension}: more units are tagged than were moved to ${format(hour)}`);
    }
  }
  for (const row of db.prepare('SELECT dimension, hour, units, shares FROM held WHERE shares IS NOT NULL').all()) {
    if (exceeds(taggedOf(read(String(row['shares']))), quantity.read(String(row['units'])))) {
      findings.push(
        `${row['dimension']}: more units are tagged than are held of ${format(Number(row['hour']) as Hour)}`,
      );
    }
  }
  return findings;
};
