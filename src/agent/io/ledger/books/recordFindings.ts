import type { DatabaseSync } from 'node:sqlite';
import { format, type Hour } from '../../../core/time/hour.ts';
import { read as readDefinition } from '../../../core/usage/definition.ts';
import { KINDS } from '../../../core/usage/kinds.ts';
import { rawPerUnit } from '../../../core/usage/meter.ts';
import * as quantity from '../../../core/usage/quantity.ts';

/** Each record by itself: its units are all of its hour's and those moved there, and its raw count is in units or the carry. */
export const recordFindings = (db: DatabaseSync): readonly string[] => {
  const findings: string[] = [];
  for (const row of db.prepare('SELECT * FROM record ORDER BY serial').iterate()) {
    const name = `record ${format(Number(row['hour']) as Hour)} ${row['dimension']}`;
    const of = (column: string): quantity.Quantity => quantity.read(String(row[column]));
    const sum = (...columns: readonly string[]): quantity.Quantity => quantity.sum(columns.map(of));
    if (!quantity.equal(sum('own', 'moved_in'), sum('quantity', 'to_next', 'held'))) {
      findings.push(`${name}: own and moved units are not what was recorded, held and left for the next hour`);
    }
    const definition = readDefinition(String(row['definition']));
    if (!KINDS[definition.meter].adds) continue;
    const spent = quantity.multiply(of('own'), rawPerUnit(definition));
    if (!quantity.equal(sum('counted', 'carried_in'), quantity.add(spent, of('carried_out')))) {
      findings.push(`${name}: what was counted and carried in is not in its units and the carry`);
    }
  }
  return findings;
};
