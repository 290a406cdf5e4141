import type { DatabaseSync } from 'node:sqlite';
import type { Hour } from '../../../core/time/hour.ts';
import { firstFree } from '../../../core/time/place.ts';
import { type Definition, read as readDefinition, write as writeDefinition } from '../../../core/usage/definition.ts';
import type { OpenHour } from '../../../core/usage/freeze.ts';
import { combine } from '../../../core/usage/meter.ts';
import * as quantity from '../../../core/usage/quantity.ts';

/** An open hour with what only the ledger needs to know of it. */
export type StoredHour = Omit<OpenHour, 'previousToken'> & { readonly origin: Hour; readonly reports: number };

/** The rows of hours that no record has been made of, and the running figures of their dimensions. */
export type OpenHours = {
  readonly list: () => readonly { readonly dimension: string; readonly hour: Hour }[];
  readonly read: (dimension: string, hour: Hour) => StoredHour | undefined;
  readonly remove: (dimension: string, hour: Hour) => void;
  /** Adds a raw count to a bucket and to what the dimension has acknowledged. */
  readonly count: (
    dimension: string,
    hour: Hour,
    count: quantity.Quantity,
    reports: number,
    combined: quantity.Quantity,
  ) => void;
  /** Brings units of an hour that could not be sent into the first hour from `wanted` on that has no record; answers which. */
  readonly moveIn: (
    dimension: string,
    wanted: Hour,
    units: quantity.Quantity,
    origin: Hour,
    fallback: Definition,
  ) => Hour;
  readonly setCarry: (dimension: string, carry: quantity.Quantity) => void;
  readonly conflictsOf: (dimension: string) => number;
  readonly setConflicts: (dimension: string, conflicts: number) => void;
  readonly carryOf: (dimension: string) => quantity.Quantity;
};

export const makeOpenHours = (
  db: DatabaseSync,
  definitions: ReadonlyMap<string, Definition>,
  isTaken: (dimension: string, hour: Hour) => boolean,
): OpenHours => {
  const list = db.prepare('SELECT dimension, hour FROM open_hour ORDER BY hour, dimension');
  const select = db.prepare('SELECT definition, moved, origin FROM open_hour WHERE dimension = ? AND hour = ?');
  const insert = db.prepare('INSERT INTO open_hour VALUES (?, ?, ?, ?, ?)');
  const updateMoved = db.prepare('UPDATE open_hour SET moved = ?, origin = ? WHERE dimension = ? AND hour = ?');
  const removeHour = db.prepare('DELETE FROM open_hour WHERE dimension = ? AND hour = ?');
  const tallies = db.prepare('SELECT counted, reports FROM tally WHERE dimension = ? AND hour = ?');
  const tally = db.prepare(`SELECT counted, reports FROM tally WHERE dimension = ? AND hour = ? AND tags = ''`);
  const upsertTally = db.prepare(
    `INSERT INTO tally VALUES (?, ?, '', ?, ?) ON CONFLICT (dimension, hour, tags)
     DO UPDATE SET counted = excluded.counted, reports = excluded.reports`,
  );
  const removeTallies = db.prepare('DELETE FROM tally WHERE dimension = ? AND hour = ?');
  const figures = db.prepare('SELECT acknowledged, carry, conflicts FROM dimension WHERE name = ?');
  const upsertFigures = db.prepare(
    `INSERT INTO dimension VALUES (?, ?, ?, ?) ON CONFLICT (name)
     DO UPDATE SET acknowledged = excluded.acknowledged, carry = excluded.carry, conflicts = excluded.conflicts`,
  );

  const figuresOf = (dimension: string) => {
    const row = figures.get(dimension);
    return {
      acknowledged: quantity.read(String(row?.['acknowledged'] ?? '0')),
      carry: quantity.read(String(row?.['carry'] ?? '0')),
      conflicts: Number(row?.['conflicts'] ?? 0),
    };
  };

  const write = (dimension: string, change: Partial<ReturnType<typeof figuresOf>>): void => {
    const { acknowledged, carry, conflicts } = { ...figuresOf(dimension), ...change };
    upsertFigures.run(dimension, quantity.format(acknowledged), quantity.format(carry), conflicts);
  };

  const definitionFor = (dimension: string, fallback: Definition | undefined): Definition => {
    const definition = definitions.get(dimension) ?? fallback;
    if (definition === undefined) throw new Error(`the dimension ${dimension} has no definition`);
    return definition;
  };

  const ensure = (dimension: string, hour: Hour, fallback?: Definition) => {
    const row = select.get(dimension, hour);
    if (row !== undefined) {
      return {
        definition: readDefinition(String(row['definition'])),
        moved: quantity.read(String(row['moved'])),
        origin: Number(row['origin']) as Hour,
      };
    }
    const definition = definitionFor(dimension, fallback);
    insert.run(dimension, hour, writeDefinition(definition), '0', hour);
    return { definition, moved: quantity.ZERO, origin: hour };
  };

  return {
    list: () => list.all().map((row) => ({ dimension: String(row['dimension']), hour: Number(row['hour']) as Hour })),
    read: (dimension, hour) => {
      const row = select.get(dimension, hour);
      if (row === undefined) return undefined;
      const definition = readDefinition(String(row['definition']));
      let [counted, reports] = [quantity.ZERO, 0];
      for (const bucket of tallies.all(dimension, hour)) {
        counted = combine(definition.meter, counted, quantity.read(String(bucket['counted'])));
        reports += Number(bucket['reports']);
      }
      return {
        dimension,
        hour,
        definition,
        counted,
        reports,
        moved: quantity.read(String(row['moved'])),
        carried: figuresOf(dimension).carry,
        origin: Number(row['origin']) as Hour,
      };
    },
    remove: (dimension, hour) => {
      removeHour.run(dimension, hour);
      removeTallies.run(dimension, hour);
    },
    count: (dimension, hour, count, reports, combined) => {
      const { definition } = ensure(dimension, hour);
      const before = tally.get(dimension, hour);
      const counted = combine(definition.meter, quantity.read(String(before?.['counted'] ?? '0')), combined);
      upsertTally.run(dimension, hour, quantity.format(counted), Number(before?.['reports'] ?? 0) + reports);
      write(dimension, { acknowledged: quantity.add(figuresOf(dimension).acknowledged, count) });
    },
    moveIn: (dimension, wanted, units, origin, fallback) => {
      const hour = firstFree(wanted, (candidate) => isTaken(dimension, candidate));
      const open = ensure(dimension, hour, fallback);
      const oldest = Math.min(open.origin, origin);
      updateMoved.run(quantity.format(quantity.add(open.moved, units)), oldest, dimension, hour);
      return hour;
    },
    setCarry: (dimension, carry) => write(dimension, { carry }),
    conflictsOf: (dimension) => figuresOf(dimension).conflicts,
    setConflicts: (dimension, conflicts) => write(dimension, { conflicts }),
    carryOf: (dimension) => figuresOf(dimension).carry,
  };
};
