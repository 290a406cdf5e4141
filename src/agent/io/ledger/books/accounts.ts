import type { DatabaseSync } from 'node:sqlite';
import type { Account } from '../../../core/record/audit.ts';
import { type Body, GENESIS, type RecordState, tokenOf } from '../../../core/record/record.ts';
import { format } from '../../../core/time/hour.ts';
import { read as readDefinition } from '../../../core/usage/definition.ts';
import { KINDS } from '../../../core/usage/kinds.ts';
import { combine } from '../../../core/usage/meter.ts';
import * as quantity from '../../../core/usage/quantity.ts';
import { makeMeta } from '../rows/meta.ts';
import { cutOf, type PastRow, type PastSums, pastOf, sumsOf, sumsOfFolded } from '../rows/past.ts';
import { recordOf } from '../rows/records.ts';
import { makeTagShares } from '../rows/tagShares.ts';
import { decimalOf } from '../rows/values.ts';

/** Adds up everything the ledger says, a dimension at a time. */
export const accountsOf = (db: DatabaseSync): readonly Account[] => {
  const past = pastOf(db);
  const wasBoth: readonly string[] = JSON.parse(makeMeta(db).get('was_both') ?? '[]');
  return db
    .prepare(`SELECT name, acknowledged, carry, written_off FROM dimension ORDER BY name`)
    .all()
    .map((row) => {
      const dimension = String(row['name']);
      let [open, moved, spent, made, held] = [
        quantity.ZERO,
        quantity.ZERO,
        quantity.ZERO,
        quantity.ZERO,
        quantity.ZERO,
      ];
      for (const hour of db.prepare('SELECT * FROM open_hour WHERE dimension = ?').all(dimension)) {
        const { meter } = readDefinition(String(hour['definition']));
        moved = quantity.add(moved, decimalOf(hour['moved']));
        if (!KINDS[meter].adds) continue;
        let counted = quantity.ZERO;
        for (const tally of db
          .prepare('SELECT counted FROM tally WHERE dimension = ? AND hour = ?')
          .iterate(dimension, Number(hour['hour']))) {
          counted = combine(meter, counted, decimalOf(tally['counted']));
        }
        open = quantity.add(open, counted);
      }
      const records: Partial<Record<RecordState, quantity.Quantity>> = {};
      const take = (state: PastRow['state'], sums: PastSums): void => {
        spent = quantity.add(spent, sums.spent);
        made = quantity.add(made, sums.own);
        if (state !== 'folded') records[state] = quantity.add(records[state] ?? quantity.ZERO, sums.units);
      };
      for (const record of db
        .prepare('SELECT definition, own, carried_in, carried_out, quantity, state FROM record WHERE dimension = ?')
        .iterate(dimension)) {
        take(String(record['state']) as RecordState, sumsOf(record));
      }
      for (const row of past) if (row.dimension === dimension) take(row.state, row);
      for (const fold of db.prepare('SELECT own, spent FROM folded WHERE dimension = ?').iterate(dimension)) {
        take('folded', sumsOfFolded(fold));
      }
      for (const units of db
        .prepare('SELECT units FROM held WHERE dimension = ? AND released_to IS NULL')
        .iterate(dimension)) {
        held = quantity.add(held, decimalOf(units['units']));
      }
      return {
        dimension,
        provable: !wasBoth.includes(dimension),
        acknowledged: decimalOf(row['acknowledged']),
        open,
        carry: decimalOf(row['carry']),
        writtenOff: decimalOf(row['written_off']),
        spent,
        made,
        records,
        moved,
        held,
      };
    });
};

/**
 * Every ClientToken is a digest over its record and the one before: a changed row breaks the chain from there on. It begins
 * where older records were added up; of those, the ones that are kept longer prove themselves alone.
 */
export const chainFindings = (db: DatabaseSync): readonly string[] => {
  const findings: string[] = [];
  const cut = cutOf(makeMeta(db));
  let before = cut?.token ?? GENESIS;
  const { allocationsOf } = makeTagShares(db);
  for (const row of db.prepare('SELECT * FROM record ORDER BY serial').iterate()) {
    const [token, previous] = [String(row['token']), String(row['previous'])];
    const body: Body = { ...recordOf(row), allocations: allocationsOf(token) };
    const name = `${format(body.hour)} ${body.dimension} (${token.slice(0, 12)})`;
    const isChained = Number(row['serial']) > (cut?.serial ?? 0);
    if (isChained && previous !== before) findings.push(`record ${name} does not follow the record before it`);
    if (tokenOf(body, previous) !== token) findings.push(`record ${name} is not what its ClientToken was made of`);
    if (isChained) before = token;
  }
  return findings;
};

/** The running totals must be what the records add up to. */
export const totalsFindings = (db: DatabaseSync, accounts: readonly Account[]): readonly string[] =>
  accounts.flatMap(({ dimension, records }) =>
    db
      .prepare('SELECT state, units FROM total WHERE dimension = ?')
      .all(dimension)
      .filter(
        ({ state, units }) => !quantity.equal(decimalOf(units), records[String(state) as RecordState] ?? quantity.ZERO),
      )
      .map(
        ({ state, units }) =>
          `${dimension}: the total of ${state} is kept as ${units}, which its records do not add up to`,
      ),
  );
