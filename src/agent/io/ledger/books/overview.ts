import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { LedgerOverview } from '../../../core/record/overview.ts';
import type { MeterRecord } from '../../../core/record/record.ts';
import type { Hour } from '../../../core/time/hour.ts';
import { read as readDefinition } from '../../../core/usage/definition.ts';
import { combine } from '../../../core/usage/meter.ts';
import * as quantity from '../../../core/usage/quantity.ts';
import { recordOf } from '../rows/records.ts';

/** A person need not see more hours than this at once; an export has them all. */
const MOST_HOURS = 500;

const decimalOf = (value: SQLOutputValue | undefined): quantity.Quantity => quantity.read(String(value ?? '0'));

/** What the status shows of the ledger, read at this moment. */
export const overviewOf = (db: DatabaseSync): LedgerOverview => {
  const open = db
    .prepare('SELECT dimension, hour, definition, moved FROM open_hour ORDER BY hour, dimension')
    .all()
    .map((row) => {
      const [dimension, hour] = [String(row['dimension']), Number(row['hour']) as Hour];
      const { meter } = readDefinition(String(row['definition']));
      const counted = db
        .prepare('SELECT counted FROM tally WHERE dimension = ? AND hour = ?')
        .all(dimension, hour)
        .reduce<quantity.Quantity>((total, tally) => combine(meter, total, decimalOf(tally['counted'])), quantity.ZERO);
      return { dimension, hour, counted, moved: decimalOf(row['moved']) };
    });
  const records: readonly MeterRecord[] = db
    .prepare(
      `SELECT * FROM record WHERE state IN ('sending', 'waiting', 'conflict', 'quarantined', 'held') ORDER BY hour DESC, dimension LIMIT ${MOST_HOURS}`,
    )
    .all()
    .map(recordOf)
    .reverse();
  const lastReceipts: readonly MeterRecord[] = db
    .prepare(
      `SELECT * FROM record AS r WHERE state = 'receipted' AND hour = (SELECT max(hour) FROM record AS o WHERE o.dimension = r.dimension AND o.state = 'receipted')`,
    )
    .all()
    .map(recordOf);
  const states = db.prepare('SELECT state, count(*) AS n FROM record GROUP BY state').all();
  return {
    open,
    records,
    lastReceipts,
    states: Object.fromEntries(states.map((row) => [String(row['state']), Number(row['n'])])),
  };
};
