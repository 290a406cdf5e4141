import type { DatabaseSync } from 'node:sqlite';
import type { DimensionOverview, LedgerOverview } from '../../../core/record/overview.ts';
import type { MeterRecord, RecordState } from '../../../core/record/record.ts';
import type { Hour } from '../../../core/time/hour.ts';
import { read as readDefinition } from '../../../core/usage/definition.ts';
import type { Meter } from '../../../core/usage/kinds.ts';
import { combine, rawPerUnit } from '../../../core/usage/meter.ts';
import * as quantity from '../../../core/usage/quantity.ts';
import { levelOf } from '../rows/levels.ts';
import { lossesOf } from '../rows/losses.ts';
import { recordOf } from '../rows/records.ts';
import { heldSeriesOf } from '../rows/series.ts';
import { decimalOf } from '../rows/values.ts';

/** A person need not see more hours than this at once; an export has them all. */
const MOST_HOURS = 500;

/** Level-seconds mean nothing to a person: an average is shown as it would stand if the hour ended now. */
const shownCount = (meter: Meter, counted: quantity.Quantity): quantity.Quantity =>
  meter === 'average' && counted.digits > 0n
    ? quantity.divide(counted, rawPerUnit({ meter, per: quantity.of(1) }), 6, 'nearest')
    : counted;

const openOf = (db: DatabaseSync): LedgerOverview['open'] => {
  const tallies = db.prepare('SELECT counted FROM tally WHERE dimension = ? AND hour = ?');
  return db
    .prepare('SELECT dimension, hour, definition, moved FROM open_hour ORDER BY hour, dimension')
    .all()
    .map((row) => {
      const [dimension, hour] = [String(row['dimension']), Number(row['hour']) as Hour];
      const { meter } = readDefinition(String(row['definition']));
      let counted = quantity.ZERO;
      for (const tally of tallies.all(dimension, hour)) counted = combine(meter, counted, decimalOf(tally['counted']));
      return { dimension, hour, counted: shownCount(meter, counted), moved: decimalOf(row['moved']) };
    });
};

const dimensionsOf = (db: DatabaseSync, open: LedgerOverview['open']): readonly DimensionOverview[] => {
  const totals = db.prepare('SELECT state, units FROM total WHERE dimension = ?');
  const held = db.prepare('SELECT units FROM held WHERE dimension = ? AND released_to IS NULL');
  const levels = db.prepare('SELECT * FROM level WHERE dimension = ?');
  return db
    .prepare('SELECT name, carry FROM dimension ORDER BY name')
    .all()
    .map((row) => {
      const name = String(row['name']);
      const level = levelOf(levels.get(name))?.value;
      return {
        name,
        open: quantity.sum(open.filter(({ dimension }) => dimension === name).map(({ counted }) => counted)),
        carry: decimalOf(row['carry']),
        ...(level === undefined ? {} : { level }),
        held: quantity.sum(held.all(name).map(({ units }) => decimalOf(units))),
        units: Object.fromEntries(totals.all(name).map(({ state, units }) => [String(state), decimalOf(units)])),
      };
    });
};

/** What the status shows of the ledger, read at this moment. */
export const overviewOf = (db: DatabaseSync): LedgerOverview => {
  const open = openOf(db);
  const records: readonly MeterRecord[] = db
    .prepare(
      `SELECT * FROM record WHERE state IN ('sending', 'waiting', 'conflict', 'quarantined', 'held') ORDER BY hour DESC LIMIT ${MOST_HOURS}`,
    )
    .all()
    .map(recordOf)
    .reverse();
  const lastReceipts: readonly MeterRecord[] = db
    .prepare('SELECT record.* FROM dimension JOIN record ON record.token = dimension.last_receipt')
    .all()
    .map(recordOf);
  const states: Partial<Record<RecordState, number>> = {};
  for (const { state, n } of db.prepare('SELECT state, sum(records) AS n FROM total GROUP BY state').all()) {
    states[String(state) as RecordState] = Number(n);
  }
  return {
    open,
    records,
    lastReceipts,
    dimensions: dimensionsOf(db, open),
    states,
    losses: lossesOf(db),
    heldSeries: heldSeriesOf(db),
  };
};
